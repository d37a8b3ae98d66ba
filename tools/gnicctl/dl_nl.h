/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files that speak devlink. */
#ifndef GNICCTL_DL_NL_H
#define GNICCTL_DL_NL_H

#include <linux/genetlink.h>

#include "nl.h"

#define DL_HEADER	sizeof(struct genlmsghdr)

/* @dev is the name of an instance or NULL. */
void dl_begin(struct nl_request *request, uint8_t cmd, uint16_t flags, const char *dev);
int dl_talk(struct nl_request *request, mnl_cb_t cb, void *data);

#endif
