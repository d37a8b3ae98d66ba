// SPDX-License-Identifier: GPL-2.0-only
/*
 * Encapsulations of a port. The device has a table of a few; a group that wants one has an
 * entry while it is active, whatever becomes of its queues meanwhile.
 */
#include <linux/bitops.h>
#include <linux/hex.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include "gnic.h"
#include "gnic_encap.h"

enum gnic_hw_encap_type gnic_encap_type(const struct gnic_group_config *config)
{
	if (!strcmp(config->encap, "ipv4"))
		return GNIC_ENCAP_IPV4;
	return strcmp(config->encap, "udp") ? GNIC_ENCAP_NONE : GNIC_ENCAP_UDP;
}

u32 gnic_encap_len(const struct gnic_group_config *config)
{
	enum gnic_hw_encap_type type = gnic_encap_type(config);

	if (type == GNIC_ENCAP_NONE)
		return 0;
	return sizeof(struct iphdr) + (type == GNIC_ENCAP_UDP ? sizeof(struct udphdr) : 0) +
	       strlen(config->encap_header) / 2;
}

static int gnic_encap_set(struct gnic_dev *dev, const struct gnic_qp_attr *attr,
			  struct gnic_hw_encap_set *in)
{
	in->port = attr->port;
	in->slot = attr->encap;
	return gnic_cmd_exec(dev, GNIC_CMD_ENCAP_SET, in, sizeof(*in), NULL, 0);
}

static int gnic_encap_fill(struct gnic_dev *dev, const struct gnic_qp_attr *attr)
{
	const struct gnic_group_config *config = &attr->config;
	struct gnic_hw_encap_set in = {
		.type = gnic_encap_type(config),
		.header_len = strlen(config->encap_header) / 2,
	};

	if (in.type == GNIC_ENCAP_UDP)
		in.udp_port = cpu_to_le16(config->encap_udp_port);
	else
		in.proto = config->encap_protocol;
	memcpy(in.src_ip, attr->path.src_ip, sizeof(in.src_ip));
	if (hex2bin(in.header, config->encap_header, in.header_len))
		return -EINVAL;
	return gnic_encap_set(dev, attr, &in);
}

/* Groups of a port are activated at one time: each has a lock of its own. */
static int gnic_encap_take(struct gnic_port *port)
{
	unsigned int slot;

	do {
		slot = find_first_zero_bit(&port->encaps, GNIC_ENCAPS);
		if (slot == GNIC_ENCAPS)
			return -EUSERS;
	} while (test_and_set_bit(slot, &port->encaps));
	return slot;
}

static bool gnic_encap_wanted(const struct gnic_qp_attr *attr)
{
	return attr->type != GNIC_GROUP_RAW && gnic_encap_type(&attr->config) != GNIC_ENCAP_NONE;
}

int gnic_encap_get(struct gnic_dev *dev, struct gnic_qp_attr *attr)
{
	struct gnic_port *port = &dev->ports[attr->port];
	int slot, err;

	if (!gnic_encap_wanted(attr))
		return 0;
	slot = gnic_encap_take(port);
	if (slot < 0)
		return slot;
	attr->encap = slot;
	err = gnic_encap_fill(dev, attr);
	if (err)
		clear_bit(slot, &port->encaps);
	return err;
}

/* A device that keeps the QPs keeps it, too: nobody else can have it. */
void gnic_encap_put(struct gnic_dev *dev, const struct gnic_qp_attr *attr)
{
	struct gnic_hw_encap_set none = {};

	if (gnic_encap_wanted(attr) && gnic_encap_set(dev, attr, &none) != -EBUSY)
		clear_bit(attr->encap, &dev->ports[attr->port].encaps);
}
