// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device as clients find it: the listening socket, and who is connected.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "dma.h"
#include "irq.h"
#include "vu_conn.h"

/* Clients. */

/*
 * The order matters: while the device is reset it may still write to memory
 * and raise interrupts; then no pointer into the memory is left.
 */
static void vu_client_gone(struct vu_dev *dev)
{
	const struct vu_ops *ops = dev->params.ops;

	dev->client = NULL;
	ops->reset(dev->params.opaque, VU_RESET_GONE);
	dma_flush(dev->params.dma);
	irq_release(dev->params.irq);
	if (ops->disconnected)
		ops->disconnected(dev->params.opaque);
}

static void vu_waiting_del(struct vu_dev *dev, const struct vu_conn *conn)
{
	unsigned int i = 0;

	while (i < dev->nr_waiting && dev->waiting[i] != conn)
		i++;
	if (i == dev->nr_waiting)
		return;
	dev->nr_waiting--;
	memmove(&dev->waiting[i], &dev->waiting[i + 1],
		(dev->nr_waiting - i) * sizeof(dev->waiting[0]));
}

/**
 * vu_conn_gone() - called by a connection that is about to free itself
 * @conn: the client, or one that never became it
 */
void vu_conn_gone(struct vu_conn *conn)
{
	if (conn->dev->client == conn)
		vu_client_gone(conn->dev);
	else
		vu_waiting_del(conn->dev, conn);
}

/**
 * vu_claim() - may this connection become the client?
 * @conn: sent a version; is closed after the reply if it may not
 *
 * The old client may have left without our having heard of it: look.
 */
bool vu_claim(struct vu_conn *conn)
{
	struct vu_dev *dev = conn->dev;

	if (!dev->client || !vu_conn_receive(dev->client))
		return true;
	dev->stats.refused++;
	conn->closing = true;
	return false;
}

/** vu_claimed() - it has agreed on a version, so it is the client */
void vu_claimed(struct vu_conn *conn)
{
	struct vu_dev *dev = conn->dev;

	vu_waiting_del(dev, conn);
	dev->client = conn;
	dev->stats.clients++;
	if (dev->params.ops->connected)
		dev->params.ops->connected(dev->params.opaque);
}

/* Whoever connects and says nothing must make room in the end. */
int vu_attach(struct vu_dev *dev, int fd)
{
	struct vu_conn *conn = vu_conn_create(dev, fd);

	if (!conn) {
		close(fd);
		return -ENOMEM;
	}
	if (dev->nr_waiting == VU_WAITING_MAX)
		vu_conn_destroy(dev->waiting[0]);
	dev->waiting[dev->nr_waiting++] = conn;
	return 0;
}

static void vu_accept(void *opaque, uint32_t events)
{
	struct vu_dev *dev = opaque;
	int fd;

	(void)events;
	fd = accept4(dev->listen.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		vu_attach(dev, fd);
}

void vu_disconnect(struct vu_dev *dev)
{
	struct vu_conn *conn = dev->client;

	if (!conn)
		return;
	/* From inside a command: it ends first. */
	if (conn->busy)
		conn->closing = true;
	else
		vu_conn_destroy(conn);
}

void vu_set_region_fd(struct vu_dev *dev, unsigned int region, int fd)
{
	dev->regions[region].fd = fd;
}

bool vu_has_client(const struct vu_dev *dev)
{
	return dev->client;
}

const struct vu_stats *vu_stats(const struct vu_dev *dev)
{
	return &dev->stats;
}

/* The socket. */

static int vu_address(struct sockaddr_un *addr, const char *path)
{
	if (strlen(path) >= sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	strcpy(addr->sun_path, path);
	return 0;
}

/*
 * A socket that refuses connections was left behind by a dead process. So does
 * a plain file, which is somebody's.
 */
static void vu_remove_stale(const struct sockaddr_un *addr)
{
	struct stat st;
	int fd;

	if (lstat(addr->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) &&
	    errno == ECONNREFUSED)
		unlink(addr->sun_path);
	close(fd);
}

static int vu_listen(const char *path)
{
	struct sockaddr_un addr;
	int fd, ret;

	ret = vu_address(&addr, path);
	if (ret)
		return ret;
	vu_remove_stale(&addr);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, VU_WAITING_MAX)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

/* Life. */

static void vu_stop(struct vu_dev *dev)
{
	loop_fd_del(dev->loop, &dev->listen);
	close(dev->listen.fd);
	unlink(dev->path);
}

static int vu_start(struct vu_dev *dev, const char *path)
{
	int ret;

	dev->path = strdup(path);
	if (!dev->path)
		return -ENOMEM;
	dev->listen = (struct loop_fd){ vu_listen(path), vu_accept, dev };
	if (dev->listen.fd < 0)
		return dev->listen.fd;
	ret = loop_fd_add(dev->loop, &dev->listen, EPOLLIN);
	if (ret)
		vu_stop(dev);
	return ret;
}

struct vu_dev *vu_create(struct loop *loop, const struct vu_params *params)
{
	struct vu_dev *dev = calloc(1, sizeof(*dev));
	int ret = 0;

	if (!dev)
		return NULL;
	dev->loop = loop;
	dev->params = *params;
	dev->listen.fd = -1;
	memcpy(dev->regions, params->regions, sizeof(dev->regions));
	if (params->socket_path)
		ret = vu_start(dev, params->socket_path);
	if (ret) {
		free(dev->path);
		free(dev);
		errno = -ret;
		return NULL;
	}
	return dev;
}

void vu_destroy(struct vu_dev *dev)
{
	if (!dev)
		return;
	if (dev->listen.fd >= 0)
		vu_stop(dev);
	if (dev->client)
		vu_conn_destroy(dev->client);
	while (dev->nr_waiting)
		vu_conn_destroy(dev->waiting[0]);
	free(dev->path);
	free(dev);
}

int vu_memfd(const char *name, size_t size, void **ptr)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int ret;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, size) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		goto err_close;
	*ptr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (*ptr != MAP_FAILED)
		return fd;

err_close:
	ret = -errno;
	close(fd);
	return ret;
}
