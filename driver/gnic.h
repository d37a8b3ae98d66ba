/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The objects of the driver, and who owns them.
 *
 * gnic_dev	a card: one PCI function, one devlink instance
 * gnic_port	a NIC port of it: devlink port, auxiliary child with a devlink
 *		instance of its own (parameters), netdev
 * gnic_nic	a netdev with raw queues: the netdev of a port (uplink) and a
 *		representor are the same object with another profile
 * gnic_channel	a NAPI instance of a gnic_nic and the rings that it serves
 * gnic_group	a function behind the switch: devlink port pcisf, representor,
 *		auxiliary child with parameters, QPs towards one peer
 */
#ifndef GNIC_H
#define GNIC_H

#include <linux/auxiliary_bus.h>
#include <linux/dmapool.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/xarray.h>
#include <net/devlink.h>

#include "hw/cmd.h"
#include "hw/cqe.h"
#include "hw/memmap.h"
#include "hw/reg_cmd.h"
#include "hw/reg_ctl.h"
#include "hw/reg_phc.h"
#include "hw/reg_test.h"
#include "hw/syndrome.h"
#include "hw/umr.h"
#include "hw/wqe.h"

#define GNIC_DRV_NAME		"gnic"
#define GNIC_REGIONS		3	/* of devlink, gnic_region.c */

struct gen_pool;
struct gnic_accel;
struct gnic_cmdq;
struct gnic_eq;
struct gnic_eswitch;
struct gnic_group;
struct gnic_health;
struct gnic_irqs;
struct gnic_nic;
struct gnic_port_health;
struct gnic_ptp;

/**
 * struct gnic_port - a NIC port
 * @dev: the card
 * @index: id of the device, also the vport id of its uplink; of a second half
 *	GNIC_PORT_HALF() of the whole's
 * @split: of a whole: its second half is a port too, gnic_port_split.c
 * @registered: its devlink port is
 * @mac: permanent address
 * @dl_port: devlink port, flavour physical, registered at the card's instance
 * @adev: auxiliary child gnic.eth.N; the netdev and the nested devlink
 *	instance live from its probe to its remove
 * @devlink: the nested instance, NULL while the child is unbound
 * @nic: the netdev, NULL while the child is unbound
 * @qp_drain_ms: devlink param qp_drain_time_ms
 * @encaps: slots of its table of encapsulations that groups have, gnic_encap.c
 * @kept: what the device was told of the link, for after a reset
 * @kept_power: what it was told of the power of the module, likewise; 0: nothing
 * @wqes: entries of work queues, netdevs', groups' and accelerators'
 * @trained: jiffies when it was last told something that costs the link
 * @health: reporters of the port, gnic_port_health.c; NULL while the child is
 *	unbound
 */
struct gnic_port {
	struct gnic_dev *dev;
	unsigned int index;
	bool split;
	bool registered;
	u8 mac[ETH_ALEN];
	struct devlink_port dl_port;
	struct gnic_adev *adev;
	struct devlink *devlink;
	struct gnic_nic *nic;
	u32 qp_drain_ms;
	unsigned long encaps;
	struct gnic_hw_port_set kept;
	u8 kept_power;
	atomic_t wqes;
	unsigned long trained;
	struct gnic_port_health *health;
};

/* Event of the device, for dev->events: action is enum gnic_hw_eqe_type. */
struct gnic_event {
	u32 type;
	u32 port;
	u32 id;
	u32 data;
	u32 tstamp;
};

/**
 * struct gnic_clock - the device's time, of which completions have 32 bits
 * @lock: protects the others
 * @device: its time at the last look, nanoseconds
 * @kernel: the kernel's time then
 */
struct gnic_clock {
	seqlock_t lock;		/* both members */
	u64 device;
	u64 kernel;
};

/**
 * struct gnic_dev - a card; devlink_priv() of its instance
 * @pdev: the PCI function
 * @ctl: BAR0
 * @umr: page 0 of BAR2, the doorbell register
 * @caps_bits: GNIC_CAP_*
 * @caps: limits, from QUERY_CAPS
 * @num_ports: NIC ports, halves not counted
 * @num_vectors: MSI-X vectors in use; 0 is the EQ's
 * @gone: the device does not answer any more (all-ones seen); sticky, see
 *	gnic_dev_gone()
 * @running: between gnic_dev_up() and gnic_dev_down()
 * @children: between gnic_children_up() and gnic_children_down()
 * @paused: between gnic_reset_prepare() and gnic_reset_complete()
 * @silent: it was reset, and told nothing of memory since
 * @frozen: no register is accessed: the device is being reset, and all-ones
 *	would not mean that it is gone
 * @cqs: CQs that exist
 * @cqes: entries of theirs
 * @doorbells: records of all queues, the EQ's among them
 * @asids: that contexts have
 * @db_pool: doorbell records in host memory, gnic_ring.c
 * @push_pool: device memory for send rings, gnic_push.c; NULL: there is none
 * @push_mem: all of it
 * @cmdq: mailbox, gnic_cmd.c
 * @irqs: vectors, gnic_irq.c
 * @eq: event queue, gnic_eq.c
 * @clock: extends time stamps, gnic_ptp.h
 * @ptp: PHC, NULL if there is none, gnic_ptp.c
 * @events: called for every event in process context, gnic_eq.c
 * @ports: by id, GNIC_PORT_IDS of them: gnic_port_get(), gnic_for_each_port()
 * @eswitch: mode, vports, rules, gnic_eswitch.c
 * @groups: struct gnic_group by its devlink port index; under devl_lock
 * @accel: what the compute module has, gnic_accel_adev.c
 * @health: reporters of the card, gnic_health.c
 * @regions: of devlink, gnic_region.c
 * @params_kept: those parameters are registered that the device keeps
 * @error_reset: param internal_error_reset
 * @error_snapshot: param region_snapshot_enable
 * @rdma: param enable_rdma, when the device was loaded
 * @max_macs: param max_macs, likewise
 */
struct gnic_dev {
	struct pci_dev *pdev;
	void __iomem *ctl;
	void __iomem *umr;
	u32 caps_bits;
	struct gnic_hw_caps caps;	/* as delivered, little endian */
	unsigned int num_ports;
	unsigned int num_vectors;
	bool gone;
	bool running;
	bool children;
	bool paused;
	bool frozen;
	bool silent;
	atomic_t cqs;
	atomic_t cqes;
	atomic_t doorbells;
	atomic_t asids;
	struct dma_pool *db_pool;
	struct gen_pool *push_pool;
	void __iomem *push_mem;
	struct gnic_cmdq *cmdq;
	struct gnic_irqs *irqs;
	struct gnic_eq *eq;
	struct gnic_clock clock;
	struct gnic_ptp *ptp;
	struct blocking_notifier_head events;
	struct gnic_port *ports;
	struct gnic_eswitch *eswitch;
	struct xarray groups;
	struct gnic_accel *accel;
	struct gnic_health *health;
	struct devlink_region *regions[GNIC_REGIONS];
	bool params_kept;
	bool error_reset;
	bool error_snapshot;
	bool rdma;
	u32 max_macs;
};

static inline struct devlink *gnic_devlink(struct gnic_dev *dev)
{
	return priv_to_devlink(dev);
}

/* NULL: the card has no such port. */
static inline struct gnic_port *gnic_port_get(struct gnic_dev *dev, unsigned int index)
{
	unsigned int whole = index - GNIC_PORTS_MAX;

	if (index < dev->num_ports)
		return &dev->ports[index];
	if (whole < dev->num_ports && READ_ONCE(dev->ports[whole].split))
		return &dev->ports[index];
	return NULL;
}

/* From NULL on to NULL. */
static inline struct gnic_port *gnic_port_next(struct gnic_dev *dev, const struct gnic_port *port)
{
	unsigned int index = port ? port->index + 1 : 0;
	struct gnic_port *next = NULL;

	for (; index < GNIC_PORT_IDS && !next; index++)
		next = gnic_port_get(dev, index);
	return next;
}

#define gnic_for_each_port(dev, port) \
	for ((port) = gnic_port_next((dev), NULL); (port); (port) = gnic_port_next((dev), (port)))

/* An auxiliary child; container of what its driver needs. */
struct gnic_adev {
	struct auxiliary_device adev;
	struct gnic_dev *dev;
	union {
		struct gnic_port *port;		/* gnic.eth */
		struct gnic_group *group;	/* gnic.sf */
	};
	int id;
};

/*
 * gnic_pci.c. Lock order: devl_lock of the card, devl_lock of a nested
 * instance (gnic.eth, gnic.sf), lock of a group, rtnl, netdev instance lock,
 * other mutexes of this driver (devlink.rst "Locks"). The children's probe and
 * remove run with the card's devl_lock, but for those that the user binds and
 * unbinds, so they never take it.
 *
 * gnic_dev_load() and gnic_dev_unload() are what probe, remove, reload
 * (driver_reinit) and resets share; the card's devl_lock is held.
 */
int gnic_dev_load(struct gnic_dev *dev);	/* up, eswitch, params, ports */
void gnic_dev_unload(struct gnic_dev *dev);
/* eth children, accel child: after load and before unload; devl_lock held */
int gnic_children_up(struct gnic_dev *dev);
void gnic_children_down(struct gnic_dev *dev);
int gnic_dev_up(struct gnic_dev *dev);		/* device answers: cmdq, caps, irqs, eq */
void gnic_dev_down(struct gnic_dev *dev);
int gnic_dev_revive(struct gnic_dev *dev);	/* identify, reset, self-test */
int gnic_ports_up(struct gnic_dev *dev);	/* devlink ports; devl_lock held */
void gnic_ports_down(struct gnic_dev *dev);

/* gnic_reg.c */
u32 gnic_rd32(struct gnic_dev *dev, u32 reg);
u64 gnic_rd64(struct gnic_dev *dev, u32 reg_lo);	/* a LO/HI pair of registers */
void gnic_wr32(struct gnic_dev *dev, u32 reg, u32 value);
void gnic_wr64(struct gnic_dev *dev, u32 reg_lo, u64 value);
int gnic_reg_reset(struct gnic_dev *dev);	/* CTL_RESET, waits for READY */
int gnic_reg_selftest(struct gnic_dev *dev);	/* registers, DMA at alignments 0..7 */
int gnic_reg_test_scratch(struct gnic_dev *dev);	/* the parts of it */
int gnic_reg_test_dma(struct gnic_dev *dev);
void gnic_dev_set_gone(struct gnic_dev *dev);

static inline bool gnic_dev_gone(const struct gnic_dev *dev)
{
	return READ_ONCE(dev->gone);
}

/**
 * struct gnic_cmd - a command for gnic_cmd_batch()
 * @opcode: enum gnic_hw_cmd_opcode
 * @in: input struct, or NULL
 * @in_len: bytes, at most GNIC_CMD_IN_MAX
 * @out: output struct, or NULL
 * @out_len: bytes, at most GNIC_CMD_OUT_MAX
 * @err: result: 0 or negative errno
 */
struct gnic_cmd {
	enum gnic_hw_cmd_opcode opcode;
	const void *in;
	u32 in_len;
	void *out;
	u32 out_len;
	int err;
};

#define GNIC_CMD_IN_MAX		1280
#define GNIC_CMD_OUT_MAX	768

/* gnic_cmd.c: process context, sleeps; serialised inside */
int gnic_cmd_init(struct gnic_dev *dev);
void gnic_cmd_exit(struct gnic_dev *dev);
void gnic_cmd_pause(struct gnic_dev *dev);	/* commands fail at once, -ENETDOWN */
void gnic_cmd_resume(struct gnic_dev *dev);
int gnic_cmd_exec(struct gnic_dev *dev, enum gnic_hw_cmd_opcode opcode,
		  const void *in, u32 in_len, void *out, u32 out_len);
/* All are executed, in order, whatever fails; the first error is returned. */
int gnic_cmd_batch(struct gnic_dev *dev, struct gnic_cmd *cmds, unsigned int count);
int gnic_cmd_errno(u32 status);			/* the only place: status -> -errno */

/* gnic_irq.c */
int gnic_irq_init(struct gnic_dev *dev);
void gnic_irq_exit(struct gnic_dev *dev);
int gnic_irq_selftest(struct gnic_dev *dev, unsigned int first);	/* raises each once */
int gnic_irq_number(struct gnic_dev *dev, unsigned int vector);	/* Linux irq */
int gnic_irq_vector_get(struct gnic_dev *dev);	/* for a channel; shared when they run out */
void gnic_irq_vector_put(struct gnic_dev *dev, unsigned int vector);
unsigned int gnic_irq_vectors_used(struct gnic_dev *dev);	/* the event queue's included */
int gnic_irq_request(struct gnic_dev *dev, unsigned int vector, irq_handler_t handler,
		     const char *name, void *data);	/* shared: name stays the caller's */
void gnic_irq_free(struct gnic_dev *dev, unsigned int vector, void *data);

/* gnic_eq.c */
int gnic_eq_init(struct gnic_dev *dev);
void gnic_eq_exit(struct gnic_dev *dev);

/* gnic_port.c: the auxiliary driver gnic.eth */
extern struct auxiliary_driver gnic_eth_driver;
int gnic_port_init(struct gnic_port *port);	/* query, permanent MAC */
struct net_device *gnic_port_netdev(struct gnic_port *port);	/* rtnl is held */
int gnic_port_child_add(struct gnic_port *port);	/* auxiliary device gnic.eth.N */
void gnic_port_child_del(struct gnic_port *port);
int gnic_port_query(struct gnic_port *port, struct gnic_hw_port_info *info);
int gnic_port_set(struct gnic_port *port, struct gnic_hw_port_set *set);	/* fills .port */
int gnic_port_stats(struct gnic_port *port, struct gnic_hw_mac_stats *stats);
int gnic_port_restore(struct gnic_port *port);	/* settings of the link, after a reset */
int gnic_port_module_set(struct gnic_port *port, u8 power);

/* gnic_eth_devlink.c: the nested instance of a port */
struct devlink *gnic_eth_devlink_create(struct gnic_adev *adev);
void gnic_eth_devlink_destroy(struct gnic_adev *adev);

/* gnic_port_split.c; devl_lock held */
int gnic_port_split(struct devlink *devlink, struct devlink_port *dl_port, unsigned int count,
		    struct netlink_ext_ack *extack);
int gnic_port_unsplit(struct devlink *devlink, struct devlink_port *dl_port,
		      struct netlink_ext_ack *extack);
int gnic_port_split_restore(struct gnic_dev *dev);	/* after a reset */

static inline bool gnic_port_is_half(const struct gnic_port *port)
{
	return port->index >= GNIC_PORTS_MAX;
}

/* May be @port itself. */
static inline struct gnic_port *gnic_port_whole(const struct gnic_port *port)
{
	return &port->dev->ports[port->index % GNIC_PORTS_MAX];
}

/* gnic_devlink.c: the card's instance */
extern const struct devlink_ops gnic_devlink_ops;
int gnic_devlink_port_register(struct gnic_port *port);	/* physical; devl_lock held */
void gnic_devlink_port_unregister(struct gnic_port *port);	/* if it is */
/* once, in probe, before gnic_dev_load(): they outlive a reload; devl_lock held */
int gnic_devlink_params_register(struct gnic_dev *dev);
void gnic_devlink_params_unregister(struct gnic_dev *dev);

/* gnic_eswitch.c */
int gnic_eswitch_init(struct gnic_dev *dev);
void gnic_eswitch_exit(struct gnic_dev *dev);
bool gnic_eswitch_is_switchdev(const struct gnic_dev *dev);
void gnic_eswitch_id(const struct gnic_dev *dev, struct netdev_phys_item_id *ppid);

/* gnic_group.c: the auxiliary driver gnic.sf */
extern struct auxiliary_driver gnic_sf_driver;
void gnic_groups_exit(struct gnic_dev *dev);	/* devl_lock held */
int gnic_groups_restore(struct gnic_dev *dev);	/* their switch ports, after a reset */

/* gnic_accel_adev.c: the child for the compute module */
int gnic_accel_init(struct gnic_dev *dev);
void gnic_accel_exit(struct gnic_dev *dev);

/* gnic_tc.c: flower on a port or representor */
int gnic_setup_tc(struct net_device *netdev, enum tc_setup_type type, void *data);
/* gnic_mqprio.c: with what only a port has */
int gnic_uplink_setup_tc(struct net_device *netdev, enum tc_setup_type type, void *data);

#endif /* GNIC_H */
