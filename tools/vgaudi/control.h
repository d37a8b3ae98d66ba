/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket: one JSON object a line, one line in reply. It is served
 * by the thread that moves data, so a command sees and changes a card between
 * two frames.
 */
#ifndef VGAUDI_CONTROL_H
#define VGAUDI_CONTROL_H

struct control;
struct sim;

/* NULL with errno set. */
struct control *control_create(struct sim *sim, const char *path);
void control_destroy(struct control *control);

#endif /* VGAUDI_CONTROL_H */
