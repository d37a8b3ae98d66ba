// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "err.h"
#include "libgnic_accel.h"
#include "node.h"

void node_path(const char *device, char *path, size_t size)
{
	int err = gnic_accel_find(device, path, size);

	if (err == -ENODEV)
		fail("%s has no compute device: is gnic_accel loaded?",
		     device ? device : "this machine");
	if (err)
		fail_errno(-err, "%s", device);
}
