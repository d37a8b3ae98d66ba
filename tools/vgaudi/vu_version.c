// SPDX-License-Identifier: GPL-2.0-only
/*
 * The capabilities of VFIO_USER_VERSION: a JSON object in each direction.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "dma.h"
#include "vu_conn.h"

#define CAPS		"capabilities"
#define CAP_FDS		"max_msg_fds"
#define CAP_XFER	"max_data_xfer_size"
#define CAP_MULTI	"write_multiple"

/* Nobody needs more; a parser without a limit is an invitation. */
#define JSON_DEPTH	8

/* What a client that says nothing can do, by the specification. */
#define DEFAULT_FDS	1
#define DEFAULT_XFER	(1024 * 1024)

/*
 * Our limits. They are sent whether or not the client named its own: it must
 * not assume the defaults. QEMU has room for no longer a reply than its
 * request, so this stays shorter than what QEMU sends.
 */
static const struct vu_limit {
	const char *name;
	int64_t val;
} vu_limits[] = {
	{ CAP_FDS, VFIO_USER_FDS_MAX },
	{ CAP_XFER, VFIO_USER_XFER_MAX },
	{ "max_dma_maps", DMA_MAPS_MAX },
	{ "pgsizes", DMA_PAGE_SIZE },
};

/* The client's, with the default where it says nothing. */
static int caps_number(const struct json_object *caps, const char *name,
		       uint32_t *val)
{
	struct json_object *obj;
	int64_t num;

	if (!json_object_object_get_ex(caps, name, &obj))
		return 0;
	if (!json_object_is_type(obj, json_type_int))
		return -EINVAL;
	num = json_object_get_int64(obj);
	if (num < 0 || num > UINT32_MAX)
		return -EINVAL;
	*val = num;
	return 0;
}

static int caps_bool(const struct json_object *caps, const char *name,
		     bool *val)
{
	struct json_object *obj;

	if (!json_object_object_get_ex(caps, name, &obj))
		return 0;
	if (!json_object_is_type(obj, json_type_boolean))
		return -EINVAL;
	*val = json_object_get_boolean(obj);
	return 0;
}

static int caps_take(struct vu_conn *conn, const struct json_object *caps)
{
	int ret;

	if (caps && !json_object_is_type(caps, json_type_object))
		return -EINVAL;
	ret = caps_number(caps, CAP_FDS, &conn->client_fds);
	if (!ret)
		ret = caps_number(caps, CAP_XFER, &conn->client_xfer);
	if (!ret)
		ret = caps_bool(caps, CAP_MULTI, &conn->multi);
	return ret;
}

/* One object, and nothing but white space and the final 0 behind it. */
static struct json_object *caps_parse(const char *json, size_t len)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *obj = NULL;

	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	if (!json[len - 1] && !memchr(json, 0, len - 1))
		obj = json_tokener_parse_ex(tok, json, len);
	if (obj && !json_object_is_type(obj, json_type_object)) {
		json_object_put(obj);
		obj = NULL;
	}
	json_tokener_free(tok);
	return obj;
}

static struct json_object *caps_ours(const struct vu_conn *conn)
{
	struct json_object *caps = json_object_new_object();

	for (size_t i = 0; i < sizeof(vu_limits) / sizeof(vu_limits[0]); i++)
		json_object_object_add(caps, vu_limits[i].name,
				       json_object_new_int64(vu_limits[i].val));
	if (conn->multi)
		json_object_object_add(caps, CAP_MULTI,
				       json_object_new_boolean(true));
	return caps;
}

static int caps_print(const struct vu_conn *conn, char *reply, size_t size)
{
	struct json_object *root = json_object_new_object();
	const char *text;
	size_t len;

	json_object_object_add(root, CAPS, caps_ours(conn));
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);
	len = strlen(text) + 1;
	if (len <= size)
		memcpy(reply, text, len);
	json_object_put(root);
	return len <= size ? (int)len : -ENOSPC;
}

int vu_negotiate(struct vu_conn *conn, const char *json, size_t len,
		 char *reply, size_t size)
{
	struct json_object *root, *caps = NULL;
	int ret;

	conn->client_fds = DEFAULT_FDS;
	conn->client_xfer = DEFAULT_XFER;
	conn->multi = false;
	if (len) {
		root = caps_parse(json, len);
		if (!root)
			return -EINVAL;
		json_object_object_get_ex(root, CAPS, &caps);
		ret = caps_take(conn, caps);
		json_object_put(root);
		if (ret)
			return ret;
	}
	return caps_print(conn, reply, size);
}
