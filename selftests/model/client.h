/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bare vfio-user client: drives the device without a kernel.
 *
 * Nothing here returns an error. What does not go as it must prints the
 * expression with its values and ends the test, so a test is a straight line.
 * For the negative cases client_call() hands the error of the reply out.
 */
#ifndef SELFTESTS_CLIENT_H
#define SELFTESTS_CLIENT_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "vfio_user_proto.h"

#define CLIENT_BARS	6
#define CLIENT_VECTORS	1024

/**
 * struct client_bar - a BAR as the client sees it
 * @size: 0 if there is none
 * @ptr: the whole BAR with its mappable areas mapped in place, the holes
 *	inaccessible; NULL before client_map_bar() or if nothing is mappable
 */
struct client_bar {
	uint64_t size;
	uint8_t *ptr;
};

/**
 * struct client - a connection, and optionally the process behind it
 * @sock: the connection
 * @pid: the device process, 0 if it was not started by client_spawn()
 * @path: of the socket
 * @dir: of the sockets if client_spawn() made it: card0.sock, card1.sock …
 *	and control
 * @next_id: of the next message
 * @bars: see client_map_bar()
 * @irqs: eventfds of the vectors, 0 to @nr_irqs - 1
 * @nr_irqs: how many
 */
struct client {
	int sock;
	pid_t pid;
	char path[108];
	char dir[32];
	uint16_t next_id;
	struct client_bar bars[CLIENT_BARS];
	int irqs[CLIENT_VECTORS];
	unsigned int nr_irqs;
};

/** CLIENT_CHECK() - go on only if it holds */
#define CLIENT_CHECK(cond) do {						\
	if (!(cond))							\
		client_fail(__FILE__, __LINE__, #cond);			\
} while (0)

/** CLIENT_EQ() - go on only if two numbers are equal; prints both if not */
#define CLIENT_EQ(a, b) do {						\
	uint64_t client_a = (uint64_t)(a), client_b = (uint64_t)(b);	\
									\
	if (client_a != client_b)					\
		client_fail_eq(__FILE__, __LINE__, #a " == " #b,	\
			       client_a, client_b);			\
} while (0)

void client_fail(const char *file, int line, const char *what)
	__attribute__((noreturn));
void client_fail_eq(const char *file, int line, const char *what, uint64_t a,
		    uint64_t b) __attribute__((noreturn));

/* Life. */

/**
 * client_spawn() - start the device process and connect to it
 * @c: the client
 * @args: further arguments, NULL terminated, or NULL
 *
 * Runs "$VGAUDI --socket-dir DIR --control DIR/control args..." with a fresh
 * DIR (build/vgaudi/vgaudi if VGAUDI is not set), waits for DIR/card0.sock, and
 * does client_connect().
 */
void client_spawn(struct client *c, const char *const args[]);

/** client_connect() - connect, agree on a version, switch the function on */
void client_connect(struct client *c, const char *path);

/** client_dial() - connect only: no message is sent */
void client_dial(struct client *c, const char *path);

/** client_adopt() - use a connected socket; no message is sent */
void client_adopt(struct client *c, int sock);

/** client_start() - version, then memory space and bus mastering on */
void client_start(struct client *c);

/** client_hangup() - close the connection and what hangs on it */
void client_hangup(struct client *c);

/** client_close() - hang up and end the process; its exit status must be 0 */
void client_close(struct client *c);

/* Messages. */

/**
 * client_call() - send one command and receive its reply
 * @c: the client
 * @cmd: VFIO_USER_*
 * @req: payload
 * @req_len: its length
 * @reply: room for the payload of the reply; may be NULL
 * @reply_len: in: room; out: what came; may be NULL
 *
 * Return: the errno of the reply, 0 if it is no error reply.
 */
int client_call(struct client *c, unsigned int cmd, const void *req,
		size_t req_len, void *reply, size_t *reply_len);

/** client_call_fds() - the same, with descriptors in either direction */
int client_call_fds(struct client *c, unsigned int cmd, const void *req,
		    size_t req_len, const int *fds, unsigned int nfds,
		    void *reply, size_t *reply_len, int *reply_fd);

/** client_send() - send a message with exactly this header */
void client_send(struct client *c, const struct vfio_user_hdr *hdr,
		 const void *payload, size_t len, const int *fds,
		 unsigned int nfds);

/** client_recv() - receive a message; false at the end of the stream */
bool client_recv(struct client *c, struct vfio_user_hdr *hdr, void *payload,
		 size_t *len, int *fd);

/** client_version() - propose @json; return the errno of the reply */
int client_version(struct client *c, unsigned int major, unsigned int minor,
		   const char *json);

/* Memory. */

/**
 * client_ram() - lend memory to the device
 * @c: the client
 * @iova: where the device sees it
 * @size: in bytes
 *
 * Return: the memory, zeroed.
 */
void *client_ram(struct client *c, uint64_t iova, uint64_t size);

/** client_map() - the DMA_MAP message alone; return the errno of the reply */
int client_map(struct client *c, uint64_t iova, uint64_t size, int fd,
	       uint64_t offset, uint32_t flags);

/** client_unmap() - the DMA_UNMAP message; return the errno of the reply */
int client_unmap(struct client *c, uint64_t iova, uint64_t size);

/* Regions. */

int client_read(struct client *c, uint32_t region, uint64_t off, void *buf,
		uint32_t len);
int client_write(struct client *c, uint32_t region, uint64_t off,
		 const void *buf, uint32_t len);
uint32_t client_read32(struct client *c, uint32_t region, uint64_t off);
uint64_t client_read64(struct client *c, uint32_t region, uint64_t off);
void client_write32(struct client *c, uint32_t region, uint64_t off,
		    uint32_t val);
void client_write64(struct client *c, uint32_t region, uint64_t off,
		    uint64_t val);

/** client_cfg_read() - read @len (1, 2 or 4) bytes of configuration space */
uint32_t client_cfg_read(struct client *c, uint32_t off, uint32_t len);
void client_cfg_write(struct client *c, uint32_t off, uint32_t val,
		      uint32_t len);

/** client_find_cap() - offset of a capability, 0 if there is none */
uint32_t client_find_cap(struct client *c, uint8_t id);
uint32_t client_find_ext_cap(struct client *c, uint16_t id);

/**
 * client_map_bar() - map what the device lets us map of a BAR
 * @c: the client
 * @bar: number
 *
 * Return: as client_bar.ptr.
 */
uint8_t *client_map_bar(struct client *c, unsigned int bar);

/* Interrupts. */

/** client_irqs() - give eventfds for vectors 0 to @nr - 1, switch MSI-X on */
void client_irqs(struct client *c, unsigned int nr);

/** client_irq_wait() - wait for a vector, up to 5 s; return how many came */
uint64_t client_irq_wait(struct client *c, unsigned int vector);

/** client_irq_count() - how many came since the last look, without waiting */
uint64_t client_irq_count(struct client *c, unsigned int vector);

/** client_set_irqs() - the SET_IRQS message; return the errno of the reply */
int client_set_irqs(struct client *c, uint32_t index, uint32_t flags,
		    uint32_t start, uint32_t count, const uint8_t *bools,
		    const int *fds, unsigned int nfds);

/** client_reset() - VFIO_USER_DEVICE_RESET, then switch the function on */
void client_reset(struct client *c);

/** client_enable() - memory space and bus mastering on */
void client_enable(struct client *c);

#endif
