/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One printer for text and JSON. A command says what it found, once; the tree
 * is printed at the end.
 *
 * In text an object is a line of "name value" pairs, its inner objects and the
 * elements of its arrays are lines below it, indented. An element of an array
 * "ports" is called "port"; the value of its first pair stands for it.
 */
#ifndef GNICCTL_OUT_H
#define GNICCTL_OUT_H

#include <stdbool.h>
#include <stdint.h>

void out_begin(bool json);
void out_end(void);

/* The tree is this one, an object, which is the printer's from now on. */
struct json_object;
void out_adopt(struct json_object *object);

/* @key is NULL in an array. */
void out_open(const char *key);
void out_open_array(const char *key);
/* An array whose elements, in text, are printed as soon as they are closed. */
void out_open_stream(const char *key);
void out_close(void);

void out_str(const char *key, const char *value);
void out_u64(const char *key, uint64_t value);
void out_hex(const char *key, uint64_t value);	/* a string, "0x..." */
void out_double(const char *key, double value);
void out_bool(const char *key, bool value);	/* text: yes, no */

#endif
