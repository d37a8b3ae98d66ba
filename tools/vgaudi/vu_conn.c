// SPDX-License-Identifier: GPL-2.0-only
/*
 * One connection: messages cut out of the stream, replies put into it, neither
 * ever waiting. There is at most one reply under way; until it is out the
 * client is not read, so that one who does not listen cannot make us hoard.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vu_conn.h"

/* Messages served in one go, before others on the loop have their turn. */
#define VU_BURST	64

/* Receiving. */

/* Those that no command has taken over. */
static void vu_close_fds(struct vu_conn *conn)
{
	for (unsigned int i = 0; i < conn->nfds; i++)
		if (conn->fds[i] >= 0)
			close(conn->fds[i]);
	conn->nfds = 0;
	conn->fds_lost = false;
}

static void vu_take_fds(struct vu_conn *conn, struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	size_t nr;

	conn->fds_lost |= msg->msg_flags & MSG_CTRUNC;
	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		nr = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(&conn->fds[conn->nfds], CMSG_DATA(cmsg),
		       nr * sizeof(int));
		conn->nfds += nr;
	}
}

/*
 * Never reads beyond the message: descriptors come with the first byte that
 * was sent with them, and must not be taken for those of the message before.
 * The room for descriptors shrinks by what has come, so they always fit.
 */
static ssize_t vu_recv(struct vu_conn *conn, size_t len)
{
	char control[CMSG_SPACE(VFIO_USER_FDS_MAX * sizeof(int))]
		__attribute__((aligned(8)));
	unsigned int room = VFIO_USER_FDS_MAX - conn->nfds;
	struct iovec iov = { (uint8_t *)&conn->in + conn->got, len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = room ? control : NULL,
		.msg_controllen = room ? CMSG_LEN(room * sizeof(int)) : 0,
	};
	ssize_t n;

	n = recvmsg(conn->lfd.fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	vu_take_fds(conn, &msg);
	conn->got += n;
	return n;
}

static bool vu_framed(const struct vu_conn *conn)
{
	return conn->in.hdr.size >= sizeof(conn->in.hdr) &&
	       conn->in.hdr.size <= VFIO_USER_MSG_MAX;
}

/* What is missing of the header, then of the payload. */
static size_t vu_missing(const struct vu_conn *conn)
{
	if (conn->got < sizeof(conn->in.hdr))
		return sizeof(conn->in.hdr) - conn->got;
	return vu_framed(conn) ? conn->in.hdr.size - conn->got : 0;
}

/* Returns 1 for a message, 0 to come again, or a negative errno at the end. */
static int vu_read(struct vu_conn *conn)
{
	size_t len;
	ssize_t n;

	while ((len = vu_missing(conn))) {
		n = vu_recv(conn, len);
		if (n == -EAGAIN || n == -EINTR)
			return 0;
		if (n <= 0)
			return n ? n : -EPIPE;
	}
	return 1;
}

/* Sending. */

static void vu_put_fd(struct msghdr *msg, char *control, size_t size, int fd)
{
	struct cmsghdr *cmsg;

	msg->msg_control = control;
	msg->msg_controllen = size;
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
}

static ssize_t vu_sendmsg(struct vu_conn *conn)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = "";
	struct iovec iov = {
		(uint8_t *)&conn->out + conn->out_sent,
		conn->out_len - conn->out_sent,
	};
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	/* The descriptor went with the first byte. */
	if (conn->out_fd >= 0 && !conn->out_sent)
		vu_put_fd(&msg, control, sizeof(control), conn->out_fd);
	return sendmsg(conn->lfd.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void vu_sent(struct vu_conn *conn)
{
	conn->out_len = 0;
	conn->out_sent = 0;
	conn->out_fd = -1;
}

/* Returns whether the socket took it all (or will not take any more). */
static bool vu_send(struct vu_conn *conn)
{
	while (conn->out_sent < conn->out_len) {
		ssize_t n = vu_sendmsg(conn);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n < 0) {
			conn->closing = true;
			break;
		}
		conn->out_sent += n;
	}
	vu_sent(conn);
	return true;
}

static void vu_reply(struct vu_conn *conn, int err, size_t len)
{
	const struct vfio_user_hdr *in = &conn->in.hdr;

	if (err) {
		len = 0;
		conn->out_fd = -1;
	}
	conn->out_len = sizeof(conn->out.hdr) + len;
	conn->out.hdr = (struct vfio_user_hdr){
		.id = in->id,
		.cmd = in->cmd,
		.size = conn->out_len,
		.flags = VFIO_USER_TYPE_REPLY | (err ? VFIO_USER_ERROR : 0),
		.error = -err,
	};
	if (!vu_send(conn))
		loop_fd_mod(conn->dev->loop, &conn->lfd, EPOLLOUT);
}

/* Life; creation is at the end of the file. */

void vu_conn_destroy(struct vu_conn *conn)
{
	loop_fd_del(conn->dev->loop, &conn->lfd);
	vu_conn_gone(conn);
	vu_close_fds(conn);
	close(conn->lfd.fd);
	free(conn);
}

/* Messages. */

static int vu_check(struct vu_conn *conn)
{
	const struct vfio_user_hdr *hdr = &conn->in.hdr;
	struct vu_stats *stats = &conn->dev->stats;

	if (!vu_framed(conn)) {
		stats->broken++;
		conn->closing = true;
		return -EMSGSIZE;
	}
	if (hdr->flags & ~VFIO_USER_NO_REPLY || conn->fds_lost) {
		stats->malformed++;
		stats->surplus_fds += conn->fds_lost;
		return -EINVAL;
	}
	return 0;
}

/* A reply to a reply would be answered in turn: we never ask, so drop it. */
static bool vu_wants_reply(const struct vfio_user_hdr *hdr)
{
	return (hdr->flags & VFIO_USER_TYPE_MASK) == VFIO_USER_TYPE_COMMAND &&
	       !(hdr->flags & VFIO_USER_NO_REPLY);
}

static void vu_handle(struct vu_conn *conn)
{
	size_t reply_len = 0;
	int err;

	conn->busy = true;
	err = vu_check(conn);
	if (!err)
		err = vu_execute(conn, conn->in.hdr.size -
				 sizeof(conn->in.hdr), &reply_len);
	conn->busy = false;
	vu_close_fds(conn);
	conn->got = 0;
	if (vu_wants_reply(&conn->in.hdr))
		vu_reply(conn, err, reply_len);
	else
		vu_sent(conn);
}

/**
 * vu_conn_receive() - serve what has arrived
 * @conn: freed if the connection ends
 *
 * Return: whether it is still there.
 */
bool vu_conn_receive(struct vu_conn *conn)
{
	int ret = 1;

	for (int n = 0; n < VU_BURST && ret > 0; n++) {
		if (conn->out_len || conn->closing)
			break;
		ret = vu_read(conn);
		if (ret > 0)
			vu_handle(conn);
	}
	if (ret >= 0 && (conn->out_len || !conn->closing))
		return true;
	vu_conn_destroy(conn);
	return false;
}

static void vu_event(void *opaque, uint32_t events)
{
	struct vu_conn *conn = opaque;

	(void)events;
	if (conn->out_len) {
		if (!vu_send(conn))
			return;
		loop_fd_mod(conn->dev->loop, &conn->lfd, EPOLLIN);
	}
	vu_conn_receive(conn);
}

struct vu_conn *vu_conn_create(struct vu_dev *dev, int fd)
{
	struct vu_conn *conn = malloc(sizeof(*conn));

	if (!conn)
		return NULL;
	/* Not the buffers: pages that no message needs stay untouched. */
	memset(conn, 0, offsetof(struct vu_conn, in));
	conn->dev = dev;
	conn->out_fd = -1;
	conn->lfd = (struct loop_fd){ fd, vu_event, conn };
	if (loop_fd_add(dev->loop, &conn->lfd, EPOLLIN)) {
		free(conn);
		return NULL;
	}
	return conn;
}
