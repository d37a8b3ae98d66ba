/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Status of a command; positive, 0 is success. One test each. */
#ifndef GNIC_HW_STATUS_H
#define GNIC_HW_STATUS_H

#include "types.h"

/* X(NAME, value, text) */
#define GNIC_HW_STATUSES(X) \
	X(OK,		0x00, "success") \
	X(BAD_OPCODE,	0x01, "unknown command") \
	X(BAD_LENGTH,	0x02, "wrong length of the input or output") \
	X(BAD_PARAM,	0x03, "a parameter is out of range") \
	X(BAD_ADDR,	0x04, "an address can't be accessed") \
	X(NO_RESOURCE,	0x05, "no more of these") \
	X(BUSY,		0x06, "the object is in use") \
	X(NOT_FOUND,	0x07, "no such object") \
	X(EXISTS,	0x08, "there is one already") \
	X(BAD_STATE,	0x09, "not in this state") \
	X(PERM,		0x0a, "the object belongs to another ASID") \
	X(UNSUPPORTED,	0x0b, "this device can't do that") \
	X(INTERNAL,	0x0c, "the device failed")

enum gnic_hw_status {
#define X(name, value, text) GNIC_STATUS_##name = (value),
	GNIC_HW_STATUSES(X)
#undef X
};

#endif /* GNIC_HW_STATUS_H */
