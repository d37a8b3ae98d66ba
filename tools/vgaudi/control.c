// SPDX-License-Identifier: GPL-2.0-only
/* The control socket: clients, lines, replies. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "control_cmd.h"

#define CONTROL_LINE_MAX	65536
#define CONTROL_CLIENTS_MAX	16

struct control_client {
	struct control *control;
	struct control_client *next;
	struct loop_fd lfd;
	size_t in_len;
	char *out;		/* what the client has not taken yet; nothing is read meanwhile */
	size_t out_len, out_done;
	char in[CONTROL_LINE_MAX];
};

struct control {
	struct sim *sim;
	struct loop_fd lfd;
	struct control_client *clients;
	unsigned int count;
	char *path;		/* unlinked in the end; NULL: not ours yet */
};

static void client_close(struct control_client *client)
{
	struct control_client **p = &client->control->clients;

	while (*p != client)
		p = &(*p)->next;
	*p = client->next;
	client->control->count--;
	loop_fd_del(client->control->sim->loop, &client->lfd);
	close(client->lfd.fd);
	free(client->out);
	free(client);
}

/* ---- out ---- */

/* False: the client is gone. */
static bool client_flush(struct control_client *client)
{
	struct loop *loop = client->control->sim->loop;
	ssize_t len;

	while (client->out_done < client->out_len) {
		len = send(client->lfd.fd, client->out + client->out_done,
			   client->out_len - client->out_done, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return !loop_fd_mod(loop, &client->lfd, EPOLLOUT);
		if (len < 0)
			return false;
		client->out_done += len;
	}
	free(client->out);
	client->out = NULL;
	return !loop_fd_mod(loop, &client->lfd, EPOLLIN);
}

static bool client_reply(struct control_client *client, struct json_object *reply)
{
	const char *text = json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PLAIN |
							   JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t len = strlen(text);

	client->out = malloc(len + 1);
	if (!client->out)
		return false;
	memcpy(client->out, text, len);
	client->out[len] = '\n';
	client->out_len = len + 1;
	client->out_done = 0;
	return client_flush(client);
}

/* ---- in ---- */

/* The two members that every reply has stand first. */
static struct json_object *client_run(struct sim *sim, const char *line, size_t len)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *req = tok ? json_tokener_parse_ex(tok, line, len) : NULL;
	struct json_object *reply = json_object_new_object();
	const char *error;

	json_object_object_add(reply, "ok", json_object_new_boolean(true));
	if (json_object_is_type(req, json_type_object))
		error = control_run(sim, req, reply);
	else
		error = "a request is one JSON object a line";
	if (error) {
		json_object_put(reply);
		reply = json_object_new_object();
		json_object_object_add(reply, "ok", json_object_new_boolean(false));
		json_object_object_add(reply, "error", json_object_new_string(error));
	}
	json_object_put(req);
	if (tok)
		json_tokener_free(tok);
	return reply;
}

static bool client_line(struct control_client *client, size_t len)
{
	struct json_object *reply;
	bool alive;

	/* The new line ends the text for the parser too: "12" alone could go on. */
	reply = client_run(client->control->sim, client->in, len + 1);
	alive = client_reply(client, reply);
	json_object_put(reply);
	client->in_len -= len + 1;
	memmove(client->in, client->in + len + 1, client->in_len);
	return alive;
}

/* All lines that are complete, until a reply has to wait. False: the client is gone. */
static bool client_lines(struct control_client *client)
{
	char *end;

	while (!client->out && (end = memchr(client->in, '\n', client->in_len)))
		if (!client_line(client, end - client->in))
			return false;
	return client->out || client->in_len < sizeof(client->in);
}

static bool client_read(struct control_client *client)
{
	ssize_t len = read(client->lfd.fd, client->in + client->in_len,
			   sizeof(client->in) - client->in_len);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!len)
		return false;
	client->in_len += len;
	return client_lines(client);
}

static void client_ready(void *opaque, uint32_t events)
{
	struct control_client *client = opaque;
	bool alive = true;

	if (client->out)
		alive = client_flush(client) && client_lines(client);
	else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		alive = client_read(client);
	if (!alive || (client->out && events & (EPOLLHUP | EPOLLERR)))
		client_close(client);
}

static void control_accept(void *opaque, uint32_t events)
{
	struct control *control = opaque;
	struct control_client *client;
	int fd = accept4(control->lfd.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	client = control->count < CONTROL_CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (!client) {
		close(fd);
		return;
	}
	client->control = control;
	client->lfd.fd = fd;
	client->lfd.cb = client_ready;
	client->lfd.opaque = client;
	client->next = control->clients;
	control->clients = client;
	control->count++;
	if (loop_fd_add(control->sim->loop, &client->lfd, EPOLLIN))
		client_close(client);
}

/* ---- life ---- */

/* A socket that nobody listens on is left over from another run; a plain file is not. */
static void control_remove_stale(const struct sockaddr_un *addr)
{
	struct stat st;
	int fd;

	if (lstat(addr->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) && errno == ECONNREFUSED)
		unlink(addr->sun_path);
	close(fd);
}

static int control_listen(struct control *control, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, strlen(path));
	control->lfd.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->lfd.fd < 0)
		return -errno;
	control_remove_stale(&addr);
	if (bind(control->lfd.fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	control->path = strdup(path);
	if (listen(control->lfd.fd, CONTROL_CLIENTS_MAX))
		return -errno;
	return loop_fd_add(control->sim->loop, &control->lfd, EPOLLIN);
}

struct control *control_create(struct sim *sim, const char *path)
{
	struct control *control = calloc(1, sizeof(*control));
	int ret;

	if (!control)
		return NULL;
	control->sim = sim;
	control->lfd.fd = -1;
	control->lfd.cb = control_accept;
	control->lfd.opaque = control;
	ret = control_listen(control, path);
	if (!ret)
		return control;
	control_destroy(control);
	errno = -ret;
	return NULL;
}

void control_destroy(struct control *control)
{
	if (!control)
		return;
	while (control->clients)
		client_close(control->clients);
	if (control->lfd.fd >= 0) {
		loop_fd_del(control->sim->loop, &control->lfd);
		close(control->lfd.fd);
	}
	if (control->path)
		unlink(control->path);
	free(control->path);
	free(control);
}
