/* SPDX-License-Identifier: GPL-2.0-only */
/* What devlink says of the cards. */
#ifndef GNICCTL_DL_H
#define GNICCTL_DL_H

#include <stdbool.h>
#include <stdint.h>

#define DL_NAME		96
#define DL_DRIVER	"gnic"

/* An instance by its name, "pci/0000:00:10.0" or "auxiliary/gnic.sf.3". */
struct dl_dev {
	char name[DL_NAME];
	char driver[32];
	char serial[32];
	char fw[32];
	char eswitch[16];		/* legacy, switchdev */
	char (*nested)[DL_NAME];
	unsigned int num_nested;
};

struct dl_port {
	char dev[DL_NAME];
	uint32_t index;
	bool sf;			/* flavour pcisf; else physical */
	uint32_t number;		/* of the NIC port, or sfnum */
	char netdev[32];		/* empty: none, or in another namespace */
	char mac[20];			/* of the function */
	char state[16];			/* of the function: active, inactive */
	char opstate[16];		/* attached, detached */
	char function[DL_NAME];		/* nested instance, or empty */
};

/* Instances of the driver on the PCI bus; @count of them, to be freed by nobody. */
struct dl_dev *dl_cards(unsigned int *count);
struct dl_port *dl_ports(unsigned int *count);

/* Into the printer: object "params", and an object for each health reporter. */
void dl_out_params(const char *dev);
void dl_out_reporters(const char *dev);
/* A truth value that a reporter diagnoses; false if it says nothing of it. */
bool dl_diagnose_bool(const char *dev, const char *reporter, const char *name);
/* Does it diagnose a number of 32 bits, and this one? */
bool dl_diagnose_is(const char *dev, const char *reporter, const char *name, uint32_t value);

#endif
