// SPDX-License-Identifier: GPL-2.0-only
/* devlink over netlink: instances and ports. */
#include <errno.h>
#include <linux/devlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dl.h"
#include "dl_nl.h"
#include "err.h"

static int dl_family;

/* ---- requests ---- */

void dl_begin(struct nl_request *request, uint8_t cmd, uint16_t flags, const char *dev)
{
	const char *slash;
	char bus[32];

	if (!dl_family) {
		dl_family = nl_genl_family(DEVLINK_GENL_NAME);
		if (dl_family < 0)
			fail_errno(-dl_family, "the kernel has no devlink");
	}
	nl_genl_begin(request, dl_family, cmd, DEVLINK_GENL_VERSION, flags);
	if (!dev)
		return;
	slash = strchr(dev, '/');
	snprintf(bus, sizeof(bus), "%.*s", (int)(slash - dev), dev);
	mnl_attr_put_strz(request->nlh, DEVLINK_ATTR_BUS_NAME, bus);
	mnl_attr_put_strz(request->nlh, DEVLINK_ATTR_DEV_NAME, slash + 1);
}

int dl_talk(struct nl_request *request, mnl_cb_t cb, void *data)
{
	return nl_talk(request, NETLINK_GENERIC, cb, data);
}

/* For what must work. */
static void dl_dump(uint8_t cmd, mnl_cb_t cb, void *data)
{
	struct nl_request request;
	int err;

	dl_begin(&request, cmd, NLM_F_DUMP, NULL);
	err = dl_talk(&request, cb, data);
	if (err)
		fail_errno(-err, "devlink");
}

static void dl_copy(char *to, size_t size, const struct nlattr *attr)
{
	if (attr)
		snprintf(to, size, "%s", mnl_attr_get_str(attr));
}

static void dl_handle(char *name, const struct nlattr **table)
{
	if (table[DEVLINK_ATTR_BUS_NAME] && table[DEVLINK_ATTR_DEV_NAME])
		snprintf(name, DL_NAME, "%s/%s", mnl_attr_get_str(table[DEVLINK_ATTR_BUS_NAME]),
			 mnl_attr_get_str(table[DEVLINK_ATTR_DEV_NAME]));
}

/* The element behind the last one of an array, cleared. */
static void *dl_append(void **array, unsigned int *count, size_t size)
{
	*array = realloc(*array, (*count + 1) * size);
	if (!*array)
		fail("out of memory");
	return memset((char *)*array + (*count)++ * size, 0, size);
}

/* ---- instances ---- */

struct dl_list {
	void *array;
	unsigned int count;
};

static void dl_nested(struct dl_dev *dev, const struct nlattr *nest)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1];
	void *array = dev->nested;

	nl_parse_nest(nest, table, DEVLINK_ATTR_MAX);
	dl_handle(dl_append(&array, &dev->num_nested, DL_NAME), table);
	dev->nested = array;
}

static int dl_dev_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1], *attr;
	struct dl_list *list = data;
	struct dl_dev *dev = dl_append(&list->array, &list->count, sizeof(*dev));

	nl_parse(nlh, DL_HEADER, table, DEVLINK_ATTR_MAX);
	dl_handle(dev->name, table);
	mnl_attr_for_each(attr, nlh, DL_HEADER)
		if (mnl_attr_get_type(attr) == DEVLINK_ATTR_NESTED_DEVLINK)
			dl_nested(dev, attr);
	return MNL_CB_OK;
}

static void dl_version(struct dl_dev *dev, const struct nlattr *nest)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1];

	nl_parse_nest(nest, table, DEVLINK_ATTR_MAX);
	if (table[DEVLINK_ATTR_INFO_VERSION_NAME] &&
	    strcmp(mnl_attr_get_str(table[DEVLINK_ATTR_INFO_VERSION_NAME]), "fw") == 0)
		dl_copy(dev->fw, sizeof(dev->fw), table[DEVLINK_ATTR_INFO_VERSION_VALUE]);
}

static int dl_info_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1];
	struct dl_dev *dev = data;

	nl_parse(nlh, DL_HEADER, table, DEVLINK_ATTR_MAX);
	dl_copy(dev->driver, sizeof(dev->driver), table[DEVLINK_ATTR_INFO_DRIVER_NAME]);
	dl_copy(dev->serial, sizeof(dev->serial), table[DEVLINK_ATTR_INFO_SERIAL_NUMBER]);
	if (table[DEVLINK_ATTR_INFO_VERSION_RUNNING])
		dl_version(dev, table[DEVLINK_ATTR_INFO_VERSION_RUNNING]);
	return MNL_CB_OK;
}

static int dl_eswitch_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1];
	struct dl_dev *dev = data;

	nl_parse(nlh, DL_HEADER, table, DEVLINK_ATTR_MAX);
	if (table[DEVLINK_ATTR_ESWITCH_MODE])
		snprintf(dev->eswitch, sizeof(dev->eswitch), "%s",
			 mnl_attr_get_u16(table[DEVLINK_ATTR_ESWITCH_MODE]) ==
			 DEVLINK_ESWITCH_MODE_SWITCHDEV ? "switchdev" : "legacy");
	return MNL_CB_OK;
}

/* An instance may be without one of them: what is not said stays empty. */
static void dl_dev_query(struct dl_dev *dev)
{
	struct nl_request request;

	dl_begin(&request, DEVLINK_CMD_INFO_GET, 0, dev->name);
	dl_talk(&request, dl_info_cb, dev);
	dl_begin(&request, DEVLINK_CMD_ESWITCH_GET, 0, dev->name);
	dl_talk(&request, dl_eswitch_cb, dev);
}

/* Whether it answers or not, sysfs knows its driver. */
static bool dl_is_card(const struct dl_dev *dev)
{
	char path[DL_NAME + 64], target[256];
	const char *name;
	ssize_t len;

	if (strncmp(dev->name, "pci/", 4))
		return false;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", dev->name + 4);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	name = strrchr(target, '/');
	return name && strcmp(name + 1, DL_DRIVER) == 0;
}

struct dl_dev *dl_cards(unsigned int *count)
{
	struct dl_list list = { 0 };
	struct dl_dev *devs;
	unsigned int i;

	dl_dump(DEVLINK_CMD_GET, dl_dev_cb, &list);
	devs = list.array;
	*count = 0;
	for (i = 0; i < list.count; i++)
		if (dl_is_card(&devs[i]))
			devs[(*count)++] = devs[i];
	for (i = 0; i < *count; i++)
		dl_dev_query(&devs[i]);
	return devs;
}

/* ---- ports ---- */

static void dl_port_mac(struct dl_port *port, const struct nlattr *attr)
{
	const uint8_t *mac = mnl_attr_get_payload(attr);

	if (mnl_attr_get_payload_len(attr) == 6)
		snprintf(port->mac, sizeof(port->mac), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
			 mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void dl_port_function(struct dl_port *port, const struct nlattr *nest)
{
	const struct nlattr *table[DEVLINK_PORT_FUNCTION_ATTR_MAX + 1];
	const struct nlattr *handle[DEVLINK_ATTR_MAX + 1];

	nl_parse_nest(nest, table, DEVLINK_PORT_FUNCTION_ATTR_MAX);
	if (table[DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR])
		dl_port_mac(port, table[DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR]);
	if (table[DEVLINK_PORT_FN_ATTR_STATE])
		snprintf(port->state, sizeof(port->state), "%s",
			 mnl_attr_get_u8(table[DEVLINK_PORT_FN_ATTR_STATE]) ==
			 DEVLINK_PORT_FN_STATE_ACTIVE ? "active" : "inactive");
	if (table[DEVLINK_PORT_FN_ATTR_OPSTATE])
		snprintf(port->opstate, sizeof(port->opstate), "%s",
			 mnl_attr_get_u8(table[DEVLINK_PORT_FN_ATTR_OPSTATE]) ==
			 DEVLINK_PORT_FN_OPSTATE_ATTACHED ? "attached" : "detached");
	if (table[DEVLINK_PORT_FN_ATTR_DEVLINK]) {
		nl_parse_nest(table[DEVLINK_PORT_FN_ATTR_DEVLINK], handle, DEVLINK_ATTR_MAX);
		dl_handle(port->function, handle);
	}
}

static uint32_t dl_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

static int dl_port_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[DEVLINK_ATTR_MAX + 1];
	struct dl_list *list = data;
	struct dl_port *port = dl_append(&list->array, &list->count, sizeof(*port));

	nl_parse(nlh, DL_HEADER, table, DEVLINK_ATTR_MAX);
	dl_handle(port->dev, table);
	port->index = dl_u32(table[DEVLINK_ATTR_PORT_INDEX]);
	if (table[DEVLINK_ATTR_PORT_FLAVOUR])
		port->sf = mnl_attr_get_u16(table[DEVLINK_ATTR_PORT_FLAVOUR]) ==
			   DEVLINK_PORT_FLAVOUR_PCI_SF;
	port->number = dl_u32(table[port->sf ? DEVLINK_ATTR_PORT_PCI_SF_NUMBER :
					       DEVLINK_ATTR_PORT_NUMBER]);
	dl_copy(port->netdev, sizeof(port->netdev), table[DEVLINK_ATTR_PORT_NETDEV_NAME]);
	if (table[DEVLINK_ATTR_PORT_FUNCTION])
		dl_port_function(port, table[DEVLINK_ATTR_PORT_FUNCTION]);
	return MNL_CB_OK;
}

struct dl_port *dl_ports(unsigned int *count)
{
	struct dl_list list = { 0 };

	dl_dump(DEVLINK_CMD_PORT_GET, dl_port_cb, &list);
	*count = list.count;
	return list.array;
}
