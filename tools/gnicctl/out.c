// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "out.h"

#define OUT_DEPTH	16
#define OUT_WIDTH	100
#define OUT_INDENT	2

static struct json_object *out_stack[OUT_DEPTH];
static int out_depth;
static bool out_json;
static int out_stream;		/* depth of the array that is printed at once, or 0 */

static void out_print(const char *label, struct json_object *value, int indent);

/* ---- the tree ---- */

static void out_add(const char *key, struct json_object *value)
{
	struct json_object *top = out_stack[out_depth];

	if (!value)
		fail("out of memory");
	if (json_object_is_type(top, json_type_array))
		json_object_array_add(top, value);
	else
		json_object_object_add(top, key, value);
}

static void out_push(const char *key, struct json_object *value)
{
	out_add(key, value);
	if (out_depth + 1 == OUT_DEPTH)
		fail("the answer is nested too deeply");
	out_stack[++out_depth] = value;
}

void out_begin(bool json)
{
	out_json = json;
	out_depth = 0;
	out_stack[0] = json_object_new_object();
}

void out_adopt(struct json_object *object)
{
	json_object_put(out_stack[0]);
	out_stack[0] = object;
}

void out_open(const char *key)
{
	out_push(key, json_object_new_object());
}

void out_open_array(const char *key)
{
	out_push(key, json_object_new_array());
}

void out_open_stream(const char *key)
{
	out_open_array(key);
	out_stream = out_depth;
}

static bool out_streams(void)
{
	return !out_json && out_stream && out_depth == out_stream;
}

void out_close(void)
{
	struct json_object *closed = out_stack[out_depth];

	if (out_streams())
		out_stream = 0;
	if (out_depth)
		out_depth--;
	if (!out_streams())
		return;
	out_print("", closed, 0);
	fflush(stdout);
	json_object_array_del_idx(out_stack[out_depth], 0, 1);
}

void out_str(const char *key, const char *value)
{
	out_add(key, json_object_new_string(value));
}

void out_u64(const char *key, uint64_t value)
{
	out_add(key, json_object_new_uint64(value));
}

void out_hex(const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	out_str(key, text);
}

void out_double(const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", value);
	out_add(key, json_object_new_double_s(value, text));
}

void out_bool(const char *key, bool value)
{
	out_add(key, json_object_new_boolean(value));
}

/* ---- text ---- */

static bool out_is_scalar(struct json_object *value)
{
	return !json_object_is_type(value, json_type_object) &&
	       !json_object_is_type(value, json_type_array);
}

static const char *out_text(struct json_object *value)
{
	if (json_object_is_type(value, json_type_boolean))
		return json_object_get_boolean(value) ? "yes" : "no";
	if (json_object_get_string_len(value) == 0 && json_object_is_type(value, json_type_string))
		return "-";
	return json_object_get_string(value);
}

/* Breaks the line between words; a continued line is indented once more. */
static void out_word(int indent, int *column, const char *name, const char *text)
{
	int len = (name ? strlen(name) + 1 : 0) + strlen(text) + (*column > indent ? 2 : 0);

	if (*column > indent && *column + len > OUT_WIDTH) {
		printf("\n%*s", indent + 2 * OUT_INDENT, "");
		*column = indent + 2 * OUT_INDENT;
	} else if (*column > indent) {
		*column += printf("  ");
	}
	if (name)
		*column += printf("%s ", name);
	*column += printf("%s", text);
}

/* "ports" -> "port" */
static void out_print_array(const char *name, struct json_object *array, int indent)
{
	size_t i, len = strlen(name);
	char label[64];

	snprintf(label, sizeof(label), "%.*s", (int)(len && name[len - 1] == 's' ? len - 1 : len),
		 name);
	for (i = 0; i < json_object_array_length(array); i++)
		out_print(label, json_object_array_get_idx(array, i), indent);
}

static void out_print_line(const char *label, struct json_object *object, int indent)
{
	int column = indent + printf("%*s%s%s", indent, "", label, label[0] ? " " : "");
	bool first = true;

	json_object_object_foreach(object, key, value) {
		if (!out_is_scalar(value))
			continue;
		if (first && strcmp(key, "name") == 0)
			column += printf("%s", out_text(value));
		else if (first)
			column += printf("%s %s", key, out_text(value));
		else
			out_word(indent, &column, key, out_text(value));
		first = false;
	}
	printf("\n");
}

static void out_print_inner(struct json_object *object, int indent)
{
	json_object_object_foreach(object, key, value) {
		if (json_object_is_type(value, json_type_array))
			out_print_array(key, value, indent);
		else if (json_object_is_type(value, json_type_object))
			out_print(key, value, indent);
	}
}

static void out_print(const char *label, struct json_object *value, int indent)
{
	if (json_object_is_type(value, json_type_array)) {
		out_print_array(label, value, indent);
	} else if (out_is_scalar(value)) {
		printf("%*s%s %s\n", indent, "", label, out_text(value));
	} else {
		out_print_line(label, value, indent);
		out_print_inner(value, indent + OUT_INDENT);
	}
}

/* The outermost object has no line of its own: a pair is a line. */
static void out_print_root(struct json_object *root)
{
	json_object_object_foreach(root, key, value)
		out_print(key, value, 0);
}

void out_end(void)
{
	if (out_json)
		printf("%s\n", json_object_to_json_string_ext(out_stack[0],
							      JSON_C_TO_STRING_PRETTY |
							      JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		out_print_root(out_stack[0]);
	json_object_put(out_stack[0]);
	out_stack[0] = NULL;
}
