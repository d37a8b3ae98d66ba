/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the three files of the vfio-user server: the device and its listening
 * socket (vfio_user.c), one connection with its framing (vu_conn.c), and the
 * commands (vu_cmd.c).
 */
#ifndef VGAUDI_VU_CONN_H
#define VGAUDI_VU_CONN_H

#include "loop.h"
#include "vfio_user.h"

#define VU_PAYLOAD_MAX	(VFIO_USER_MSG_MAX - sizeof(struct vfio_user_hdr))

/* Connections that have not said anything yet. */
#define VU_WAITING_MAX	16

/**
 * struct vu_packet - a message in memory, in the shape it has on the wire
 * @hdr: header
 * @data: payload
 */
struct vu_packet {
	struct vfio_user_hdr hdr;
	uint8_t data[VU_PAYLOAD_MAX] __attribute__((aligned(8)));
};

/**
 * struct vu_conn - one connection
 * @dev: whose
 * @lfd: the socket
 * @busy: a command is being carried out
 * @closing: close as soon as the reply is out
 * @multi: REGION_WRITE_MULTI was negotiated
 * @client_fds: descriptors that the client takes in one message
 * @client_xfer: bytes of data that the client takes in one message
 * @got: bytes of @in received
 * @fds: came with @in
 * @nfds: how many
 * @fds_lost: more came than fit; the kernel closed them
 * @out_len: bytes of @out to send, 0 when there is no reply under way
 * @out_sent: bytes sent
 * @out_fd: goes with @out, the device's; -1 for none
 * @in: what is being received
 * @out: reply
 */
struct vu_conn {
	struct vu_dev *dev;
	struct loop_fd lfd;
	bool busy;
	bool closing;
	bool multi;
	uint32_t client_fds;
	uint32_t client_xfer;
	size_t got;
	int fds[VFIO_USER_FDS_MAX];
	unsigned int nfds;
	bool fds_lost;
	size_t out_len;
	size_t out_sent;
	int out_fd;
	struct vu_packet in;
	struct vu_packet out;
};

/**
 * struct vu_dev - the device
 * @loop: where it lives
 * @params: as given; its strings and tables may be gone
 * @regions: as given
 * @path: of the listening socket
 * @listen: the listening socket
 * @client: the connection that has agreed on a version, or NULL
 * @waiting: those that have not, oldest first
 * @nr_waiting: how many
 * @stats: counters
 */
struct vu_dev {
	struct loop *loop;
	struct vu_params params;
	struct vu_region regions[VFIO_PCI_NUM_REGIONS];
	char *path;
	struct loop_fd listen;
	struct vu_conn *client;
	struct vu_conn *waiting[VU_WAITING_MAX];
	unsigned int nr_waiting;
	struct vu_stats stats;
};

/* vfio_user.c */
void vu_conn_gone(struct vu_conn *conn);
bool vu_claim(struct vu_conn *conn);
void vu_claimed(struct vu_conn *conn);

/* vu_conn.c */
struct vu_conn *vu_conn_create(struct vu_dev *dev, int fd);
void vu_conn_destroy(struct vu_conn *conn);
bool vu_conn_receive(struct vu_conn *conn);

/* vu_cmd.c */

/**
 * vu_execute() - carry out the command in conn->in
 * @conn: the connection; the payload of the reply is left in conn->out
 * @len: of the payload received
 * @reply_len: out: length of the payload of the reply
 *
 * Descriptors that a command takes over are set to -1 in conn->fds.
 *
 * Return: 0 or a negative errno.
 */
int vu_execute(struct vu_conn *conn, size_t len, size_t *reply_len);

/* vu_version.c */

/**
 * vu_negotiate() - agree on what both sides can do
 * @conn: gets what the client can do
 * @json: the client's capabilities, not necessarily terminated
 * @len: its length; 0 for none
 * @reply: room for ours
 * @size: of @reply
 *
 * Return: length of ours with the terminating 0, or a negative errno.
 */
int vu_negotiate(struct vu_conn *conn, const char *json, size_t len,
		 char *reply, size_t size);

#endif
