// SPDX-License-Identifier: GPL-2.0-only
/* gnicctl sim: the control socket of vgaudi, one line of JSON each way. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmd.h"
#include "err.h"
#include "out.h"

#define SIM_PORT	"/dev/virtio-ports/vgaudi.control"
#define SIM_ENV		"GNIC_SIM_CONTROL"
#define SIM_TIMEOUT_MS	10000
#define SIM_LINE_MAX	(16 * 1024 * 1024)

static const char sim_help[] =
"usage: gnicctl sim [--control PATH] [--json] COMMAND [NAME=VALUE]...\n"
"       gnicctl sim [--control PATH] [--json] JSON\n"
"Sends a command to the virtual card, as {\"cmd\": COMMAND, NAME: VALUE ...}; a\n"
"VALUE that is JSON (1, 0.5, true) is sent as it is, others as a string.\n"
"  --control PATH  socket, or port of the guest (default: $" SIM_ENV ", or\n"
"                  " SIM_PORT ")\n"
"  --json          the reply as it came\n"
"\"gnicctl sim help\" asks it what it knows. Examples:\n"
"  gnicctl sim stats card=0\n"
"  gnicctl sim link card=0 port=1 state=down\n";

/* ---- the line out ---- */

/* All of @text is JSON; NULL is a value, too. */
static bool sim_json(const char *text, struct json_object **value)
{
	struct json_tokener *tokener = json_tokener_new();
	size_t len = strlen(text);
	bool whole;

	if (!tokener)
		fail("out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	/* with its end: a number goes on until something else comes */
	*value = json_tokener_parse_ex(tokener, text, len + 1);
	whole = json_tokener_get_error(tokener) == json_tokener_success &&
		json_tokener_get_parse_end(tokener) >= len;
	json_tokener_free(tokener);
	if (!whole)
		json_object_put(*value);
	return whole;
}

static struct json_object *sim_value(const char *text)
{
	struct json_object *value;

	return sim_json(text, &value) ? value : json_object_new_string(text);
}

static struct json_object *sim_words(int argc, char **argv)
{
	struct json_object *request = json_object_new_object();
	char *equal;
	int i;

	json_object_object_add(request, "cmd", json_object_new_string(argv[0]));
	for (i = 1; i < argc; i++) {
		equal = strchr(argv[i], '=');
		if (!equal || equal == argv[i])
			usage_error("sim: \"%s\" is not NAME=VALUE", argv[i]);
		*equal = '\0';
		json_object_object_add(request, argv[i], sim_value(equal + 1));
	}
	return request;
}

static struct json_object *sim_request(int argc, char **argv)
{
	struct json_object *request;

	if (argv[0][0] != '{')
		return sim_words(argc, argv);
	if (argc > 1)
		usage_error("sim: nothing may follow the JSON object");
	if (!sim_json(argv[0], &request))
		usage_error("sim: \"%s\" is not JSON", argv[0]);
	return request;
}

/* ---- the way ---- */

static int sim_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail_errno(errno, "socket");
	if (strlen(path) >= sizeof(address.sun_path))
		usage_error("%s: too long for the name of a socket", path);
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail_errno(errno, "%s", path);
	return fd;
}

/* The port outlives its users: one may have left the end of a reply there. */
static int sim_port(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	char stale[4096];

	if (fd < 0)
		fail_errno(errno, "%s", path);
	while (read(fd, stale, sizeof(stale)) > 0)
		;
	return fd;
}

static int sim_open(const char *path)
{
	struct stat info;

	if (!path)
		path = getenv(SIM_ENV);
	if (!path)
		path = SIM_PORT;
	if (stat(path, &info))
		fail_errno(errno, "%s", path);
	return S_ISSOCK(info.st_mode) ? sim_connect(path) : sim_port(path);
}

static void sim_ready(int fd, short events)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int ret;

	do {
		ret = poll(&pollfd, 1, SIM_TIMEOUT_MS);
	} while (ret < 0 && errno == EINTR);
	if (!ret)
		fail("the virtual card does not answer");
}

static void sim_send(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len) {
		sim_ready(fd, POLLOUT);
		n = write(fd, text, len);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			fail_errno(errno, "the virtual card");
		if (n > 0) {
			text += n;
			len -= n;
		}
	}
}

/* One line, without its end. */
static char *sim_receive(int fd)
{
	size_t len = 0, room = 65536;
	char *line = xcalloc(1, room);
	ssize_t n;

	while (!memchr(line, '\n', len)) {
		if (len + 1 == room && (room *= 2) > SIM_LINE_MAX)
			fail("the virtual card's reply has no end");
		line = realloc(line, room);
		if (!line)
			fail("out of memory");
		sim_ready(fd, POLLIN);
		n = read(fd, line + len, room - len - 1);
		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
			fail("the virtual card is gone");
		len += n > 0 ? n : 0;
	}
	*(char *)memchr(line, '\n', len) = '\0';
	return line;
}

/* ---- the line in ---- */

static int sim_print(const char *line, bool json)
{
	struct json_object *reply = json_tokener_parse(line), *ok, *error;

	if (!json_object_is_type(reply, json_type_object))
		fail("the virtual card said: %s", line);
	if (json_object_object_get_ex(reply, "ok", &ok) && !json_object_get_boolean(ok)) {
		json_object_object_get_ex(reply, "error", &error);
		fail("the virtual card refuses: %s", json_object_get_string(error));
	}
	out_begin(json);
	out_adopt(reply);
	out_end();
	return EXIT_SUCCESS;
}

int sim_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "control", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	const char *path = NULL, *text;
	struct json_object *request;
	bool json = false;
	int option, fd;

	while ((option = getopt_long(argc, argv, "+c:jh", options, NULL)) != -1) {
		if (option == 'h')
			cmd_help(sim_help);
		else if (option == 'c')
			path = optarg;
		else if (option == 'j')
			json = true;
		else
			usage_error("see \"gnicctl sim --help\"");
	}
	if (optind == argc)
		usage_error("sim: a command is missing, see \"gnicctl sim --help\"");
	request = sim_request(argc - optind, argv + optind);
	fd = sim_open(path);
	text = json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN);
	sim_send(fd, text, strlen(text));
	sim_send(fd, "\n", 1);
	return sim_print(sim_receive(fd), json);
}
