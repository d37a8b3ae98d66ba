// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bare vfio-user client, see client.h.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define CLIENT_TIMEOUT_MS	5000
#define CLIENT_ARGS		32

/* What the client can do: all that there is, so that the server may use it. */
#define CLIENT_CAPS	"{\"capabilities\":{\"max_msg_fds\":16,"	\
			"\"max_data_xfer_size\":1048576,"		\
			"\"write_multiple\":true}}"

/* Failing. */

/* Whose process and directory must go when a test ends before its end. */
static const struct client *client_spawned;

static void client_cleanup(void)
{
	char path[64];

	if (!client_spawned)
		return;
	kill(client_spawned->pid, SIGKILL);
	unlink(client_spawned->path);
	snprintf(path, sizeof(path), "%s/control", client_spawned->dir);
	unlink(path);
	rmdir(client_spawned->dir);
}

void client_fail(const char *file, int line, const char *what)
{
	printf("# %s:%d: failed: %s (errno %d: %s)\n", file, line, what, errno,
	       strerror(errno));
	fflush(stdout);
	client_cleanup();
	_exit(1);
}

void client_fail_eq(const char *file, int line, const char *what, uint64_t a,
		    uint64_t b)
{
	printf("# %s:%d: failed: %s (0x%llx and 0x%llx)\n", file, line, what,
	       (unsigned long long)a, (unsigned long long)b);
	fflush(stdout);
	client_cleanup();
	_exit(1);
}

/* Connecting. */

void client_adopt(struct client *c, int sock)
{
	memset(c, 0, sizeof(*c));
	c->sock = sock;
}

static int client_try(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CLIENT_CHECK(sock >= 0);
	CLIENT_CHECK(strlen(path) < sizeof(addr.sun_path));
	strcpy(addr.sun_path, path);
	if (!connect(sock, (struct sockaddr *)&addr, sizeof(addr)))
		return sock;
	close(sock);
	return -1;
}

void client_dial(struct client *c, const char *path)
{
	int sock = client_try(path);

	CLIENT_CHECK(sock >= 0);
	client_adopt(c, sock);
	snprintf(c->path, sizeof(c->path), "%s", path);
}

int client_version(struct client *c, unsigned int major, unsigned int minor,
		   const char *json)
{
	size_t len = json ? strlen(json) + 1 : 0;
	struct vfio_user_version *req = calloc(1, sizeof(*req) + len);
	int err;

	CLIENT_CHECK(req);
	req->major = major;
	req->minor = minor;
	if (len)
		memcpy(req->data, json, len);
	err = client_call(c, VFIO_USER_VERSION, req, sizeof(*req) + len, NULL,
			  NULL);
	free(req);
	return err;
}

void client_enable(struct client *c)
{
	client_cfg_write(c, PCI_COMMAND, PCI_COMMAND_MEMORY |
			 PCI_COMMAND_MASTER, 2);
}

void client_start(struct client *c)
{
	CLIENT_EQ(client_version(c, VFIO_USER_MAJOR, VFIO_USER_MINOR,
				 CLIENT_CAPS), 0);
	client_enable(c);
}

void client_connect(struct client *c, const char *path)
{
	client_dial(c, path);
	client_start(c);
}

/* The device process. */

static void client_exec(const char *dir, const char *const args[])
{
	const char *prog = getenv("VGAUDI");
	char control[64];
	const char *argv[CLIENT_ARGS] = {
		"vgaudi", "--socket-dir", dir, "--control", control,
	};
	unsigned int n = 5;

	/* A test that crashes takes it along. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	snprintf(control, sizeof(control), "%s/control", dir);
	for (; args && *args && n < CLIENT_ARGS - 1; args++)
		argv[n++] = *args;
	execv(prog ? prog : "build/vgaudi/vgaudi", (char **)argv);
	perror("vgaudi");
	_exit(127);
}

/* It takes a moment until the process listens. */
static int client_await(struct client *c)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	int status, sock;

	for (int i = 0; i < CLIENT_TIMEOUT_MS; i++) {
		sock = client_try(c->path);
		if (sock >= 0)
			return sock;
		CLIENT_EQ(waitpid(c->pid, &status, WNOHANG), 0);
		nanosleep(&ms, NULL);
	}
	client_fail(__FILE__, __LINE__, "the device process listens");
}

void client_spawn(struct client *c, const char *const args[])
{
	memset(c, 0, sizeof(*c));
	snprintf(c->dir, sizeof(c->dir), "/tmp/vgaudi.XXXXXX");
	CLIENT_CHECK(mkdtemp(c->dir));
	snprintf(c->path, sizeof(c->path), "%s/card0.sock", c->dir);
	c->pid = fork();
	CLIENT_CHECK(c->pid >= 0);
	if (!c->pid)
		client_exec(c->dir, args);
	client_spawned = c;
	c->sock = client_await(c);
	client_start(c);
}

void client_hangup(struct client *c)
{
	for (unsigned int i = 0; i < CLIENT_BARS; i++)
		if (c->bars[i].ptr)
			munmap(c->bars[i].ptr, c->bars[i].size);
	for (unsigned int i = 0; i < c->nr_irqs; i++)
		close(c->irqs[i]);
	memset(c->bars, 0, sizeof(c->bars));
	c->nr_irqs = 0;
	if (c->sock >= 0)
		close(c->sock);
	c->sock = -1;
}

void client_close(struct client *c)
{
	int status;

	client_hangup(c);
	if (!c->pid)
		return;
	kill(c->pid, SIGTERM);
	CLIENT_EQ(waitpid(c->pid, &status, 0), c->pid);
	CLIENT_EQ(status, 0);
	c->pid = 0;
	client_spawned = NULL;
	/* The process has removed its sockets; then the directory is empty. */
	CLIENT_EQ(rmdir(c->dir), 0);
}

/* Messages. */

static void client_put_fds(struct msghdr *msg, const int *fds,
			   unsigned int nfds)
{
	struct cmsghdr *cmsg;

	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(nfds * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, nfds * sizeof(int));
}

static void client_send_rest(struct client *c, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = send(c->sock, data, len, MSG_NOSIGNAL);

		CLIENT_CHECK(n > 0);
		data += n;
		len -= n;
	}
}

void client_send(struct client *c, const struct vfio_user_hdr *hdr,
		 const void *payload, size_t len, const int *fds,
		 unsigned int nfds)
{
	char control[CMSG_SPACE(64 * sizeof(int))] __attribute__((aligned(8)));
	struct iovec iov[2] = {
		{ (void *)hdr, sizeof(*hdr) }, { (void *)payload, len },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n;

	CLIENT_CHECK(nfds <= 64);
	if (nfds) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		client_put_fds(&msg, fds, nfds);
	}
	n = sendmsg(c->sock, &msg, MSG_NOSIGNAL);
	CLIENT_CHECK(n >= (ssize_t)sizeof(*hdr));
	n -= sizeof(*hdr);
	client_send_rest(c, (const uint8_t *)payload + n, len - n);
}

/* Reads all of @len; false if the stream ends before the first byte. */
static bool client_read_all(struct client *c, void *buf, size_t len, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec iov = { buf, len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	ssize_t n;

	n = recvmsg(c->sock, &msg, MSG_WAITALL | MSG_CMSG_CLOEXEC);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return false;
	CLIENT_EQ(n, len);
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && fd)
		memcpy(fd, CMSG_DATA(cmsg), sizeof(*fd));
	return true;
}

bool client_recv(struct client *c, struct vfio_user_hdr *hdr, void *payload,
		 size_t *len, int *fd)
{
	size_t room = *len;

	if (!client_read_all(c, hdr, sizeof(*hdr), fd))
		return false;
	CLIENT_CHECK(hdr->size >= sizeof(*hdr));
	*len = hdr->size - sizeof(*hdr);
	CLIENT_CHECK(*len <= room);
	return !*len || client_read_all(c, payload, *len, NULL);
}

int client_call_fds(struct client *c, unsigned int cmd, const void *req,
		    size_t req_len, const int *fds, unsigned int nfds,
		    void *reply, size_t *reply_len, int *reply_fd)
{
	static uint8_t scratch[VFIO_USER_MSG_MAX];
	struct vfio_user_hdr in, out = {
		.id = c->next_id++,
		.cmd = cmd,
		.size = sizeof(out) + req_len,
	};
	size_t len = reply ? *reply_len : sizeof(scratch);

	client_send(c, &out, req, req_len, fds, nfds);
	CLIENT_CHECK(client_recv(c, &in, reply ? reply : scratch, &len,
				 reply_fd));
	CLIENT_EQ(in.id, out.id);
	CLIENT_EQ(in.cmd, out.cmd);
	CLIENT_EQ(in.flags & VFIO_USER_TYPE_MASK, VFIO_USER_TYPE_REPLY);
	if (reply_len)
		*reply_len = len;
	if (!(in.flags & VFIO_USER_ERROR))
		return 0;
	CLIENT_EQ(len, 0);
	CLIENT_CHECK(in.error);
	return in.error;
}

int client_call(struct client *c, unsigned int cmd, const void *req,
		size_t req_len, void *reply, size_t *reply_len)
{
	return client_call_fds(c, cmd, req, req_len, NULL, 0, reply, reply_len,
			       NULL);
}

/* Memory. */

int client_map(struct client *c, uint64_t iova, uint64_t size, int fd,
	       uint64_t offset, uint32_t flags)
{
	struct vfio_user_dma_map req = {
		.argsz = sizeof(req), .flags = flags, .offset = offset,
		.iova = iova, .size = size,
	};

	return client_call_fds(c, VFIO_USER_DMA_MAP, &req, sizeof(req), &fd,
			       fd >= 0, NULL, NULL, NULL);
}

int client_unmap(struct client *c, uint64_t iova, uint64_t size)
{
	struct vfio_user_dma_unmap req = {
		.argsz = sizeof(req), .iova = iova, .size = size,
	};

	return client_call(c, VFIO_USER_DMA_UNMAP, &req, sizeof(req), NULL,
			   NULL);
}

void *client_ram(struct client *c, uint64_t iova, uint64_t size)
{
	int fd = memfd_create("client-ram", MFD_CLOEXEC);
	void *ram;

	CLIENT_CHECK(fd >= 0);
	CLIENT_EQ(ftruncate(fd, size), 0);
	ram = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CLIENT_CHECK(ram != MAP_FAILED);
	CLIENT_EQ(client_map(c, iova, size, fd, 0, VFIO_USER_DMA_READABLE |
			     VFIO_USER_DMA_WRITABLE), 0);
	close(fd);
	return ram;
}

/* Regions. */

int client_read(struct client *c, uint32_t region, uint64_t off, void *buf,
		uint32_t len)
{
	static uint8_t reply[VFIO_USER_MSG_MAX];
	struct vfio_user_region_io req = {
		.offset = off, .region = region, .count = len,
	};
	size_t reply_len = sizeof(reply);
	int err;

	err = client_call(c, VFIO_USER_REGION_READ, &req, sizeof(req), reply,
			  &reply_len);
	if (err)
		return err;
	CLIENT_EQ(reply_len, sizeof(req) + len);
	CLIENT_CHECK(!memcmp(reply, &req, sizeof(req)));
	memcpy(buf, reply + sizeof(req), len);
	return 0;
}

int client_write(struct client *c, uint32_t region, uint64_t off,
		 const void *buf, uint32_t len)
{
	struct vfio_user_region_io *req = malloc(sizeof(*req) + len);
	int err;

	CLIENT_CHECK(req);
	*req = (struct vfio_user_region_io){
		.offset = off, .region = region, .count = len,
	};
	memcpy(req->data, buf, len);
	err = client_call(c, VFIO_USER_REGION_WRITE, req, sizeof(*req) + len,
			  NULL, NULL);
	free(req);
	return err;
}

uint32_t client_read32(struct client *c, uint32_t region, uint64_t off)
{
	uint32_t val;

	CLIENT_EQ(client_read(c, region, off, &val, sizeof(val)), 0);
	return le32toh(val);
}

uint64_t client_read64(struct client *c, uint32_t region, uint64_t off)
{
	uint64_t val;

	CLIENT_EQ(client_read(c, region, off, &val, sizeof(val)), 0);
	return le64toh(val);
}

void client_write32(struct client *c, uint32_t region, uint64_t off,
		    uint32_t val)
{
	val = htole32(val);
	CLIENT_EQ(client_write(c, region, off, &val, sizeof(val)), 0);
}

void client_write64(struct client *c, uint32_t region, uint64_t off,
		    uint64_t val)
{
	val = htole64(val);
	CLIENT_EQ(client_write(c, region, off, &val, sizeof(val)), 0);
}

uint32_t client_cfg_read(struct client *c, uint32_t off, uint32_t len)
{
	uint32_t val = 0;

	CLIENT_EQ(client_read(c, VFIO_PCI_CONFIG_REGION_INDEX, off, &val, len),
		  0);
	return le32toh(val);
}

void client_cfg_write(struct client *c, uint32_t off, uint32_t val,
		      uint32_t len)
{
	val = htole32(val);
	CLIENT_EQ(client_write(c, VFIO_PCI_CONFIG_REGION_INDEX, off, &val, len),
		  0);
}

uint32_t client_find_cap(struct client *c, uint8_t id)
{
	uint32_t pos = client_cfg_read(c, PCI_CAPABILITY_LIST, 1);

	/* A list that is a ring must not hold us. */
	for (int i = 0; pos && i < 48; i++) {
		if (client_cfg_read(c, pos + PCI_CAP_LIST_ID, 1) == id)
			return pos;
		pos = client_cfg_read(c, pos + PCI_CAP_LIST_NEXT, 1);
	}
	return 0;
}

uint32_t client_find_ext_cap(struct client *c, uint16_t id)
{
	uint32_t pos = PCI_CFG_SPACE_SIZE;

	for (int i = 0; pos && i < 960; i++) {
		uint32_t header = client_cfg_read(c, pos, 4);

		if (PCI_EXT_CAP_ID(header) == id)
			return pos;
		pos = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

/* Mapping BARs. */

struct client_region {
	struct vfio_region_info info;
	uint8_t caps[512];
};

static int client_region_info(struct client *c, uint32_t index,
			      struct client_region *region)
{
	struct vfio_region_info req = {
		.argsz = sizeof(*region), .index = index,
	};
	size_t len = sizeof(*region);
	int fd = -1;

	CLIENT_EQ(client_call_fds(c, VFIO_USER_GET_REGION_INFO, &req,
				  sizeof(req), NULL, 0, region, &len, &fd), 0);
	CLIENT_EQ(region->info.argsz, len);
	return fd;
}

static void client_map_area(struct client_bar *bar, int fd, uint64_t base,
			    uint64_t off, uint64_t size)
{
	CLIENT_CHECK(size <= bar->size && off <= bar->size - size);
	CLIENT_CHECK(mmap(bar->ptr + off, size, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_FIXED, fd, base + off) !=
		     MAP_FAILED);
}

static void client_map_areas(struct client_bar *bar, int fd,
			     const struct client_region *region)
{
	const struct vfio_region_info *info = &region->info;
	const struct vfio_region_info_cap_sparse_mmap *cap;

	if (!(info->flags & VFIO_REGION_INFO_FLAG_CAPS)) {
		client_map_area(bar, fd, info->offset, 0, bar->size);
		return;
	}
	cap = (const void *)((const uint8_t *)info + info->cap_offset);
	CLIENT_EQ(cap->header.id, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	for (uint32_t i = 0; i < cap->nr_areas; i++)
		client_map_area(bar, fd, info->offset, cap->areas[i].offset,
				cap->areas[i].size);
}

uint8_t *client_map_bar(struct client *c, unsigned int n)
{
	struct client_bar *bar = &c->bars[n];
	struct client_region region;
	int fd;

	CLIENT_CHECK(n < CLIENT_BARS && !bar->ptr);
	fd = client_region_info(c, n, &region);
	bar->size = region.info.size;
	if (!(region.info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return NULL;
	CLIENT_CHECK(fd >= 0);
	bar->ptr = mmap(NULL, bar->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	CLIENT_CHECK(bar->ptr != MAP_FAILED);
	client_map_areas(bar, fd, &region);
	close(fd);
	return bar->ptr;
}

/* Interrupts. */

int client_set_irqs(struct client *c, uint32_t index, uint32_t flags,
		    uint32_t start, uint32_t count, const uint8_t *bools,
		    const int *fds, unsigned int nfds)
{
	size_t len = sizeof(struct vfio_irq_set) + (bools ? count : 0);
	struct vfio_irq_set *req = calloc(1, len);
	int err;

	CLIENT_CHECK(req);
	*req = (struct vfio_irq_set){
		.argsz = len, .flags = flags, .index = index, .start = start,
		.count = count,
	};
	if (bools)
		memcpy(req->data, bools, count);
	err = client_call_fds(c, VFIO_USER_SET_IRQS, req, len, fds, nfds, NULL,
			      NULL, NULL);
	free(req);
	return err;
}

/* As many eventfds at a time as fit into a message. */
void client_irqs(struct client *c, unsigned int nr)
{
	uint32_t cap = client_find_cap(c, PCI_CAP_ID_MSIX);

	CLIENT_CHECK(cap && nr <= CLIENT_VECTORS);
	for (unsigned int i = 0; i < nr; i++) {
		c->irqs[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		CLIENT_CHECK(c->irqs[i] >= 0);
	}
	c->nr_irqs = nr;
	for (unsigned int i = 0, n; i < nr; i += n) {
		n = nr - i < VFIO_USER_FDS_MAX ? nr - i : VFIO_USER_FDS_MAX;
		CLIENT_EQ(client_set_irqs(c, VFIO_PCI_MSIX_IRQ_INDEX,
					  VFIO_IRQ_SET_DATA_EVENTFD |
					  VFIO_IRQ_SET_ACTION_TRIGGER, i, n,
					  NULL, &c->irqs[i], n), 0);
	}
	client_cfg_write(c, cap + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
}

uint64_t client_irq_count(struct client *c, unsigned int vector)
{
	eventfd_t count = 0;

	CLIENT_CHECK(vector < c->nr_irqs);
	if (eventfd_read(c->irqs[vector], &count))
		CLIENT_EQ(errno, EAGAIN);
	return count;
}

uint64_t client_irq_wait(struct client *c, unsigned int vector)
{
	struct pollfd pfd = { .events = POLLIN };

	CLIENT_CHECK(vector < c->nr_irqs);
	pfd.fd = c->irqs[vector];
	CLIENT_EQ(poll(&pfd, 1, CLIENT_TIMEOUT_MS), 1);
	return client_irq_count(c, vector);
}

void client_reset(struct client *c)
{
	CLIENT_EQ(client_call(c, VFIO_USER_RESET, NULL, 0, NULL, NULL), 0);
	client_enable(c);
}
