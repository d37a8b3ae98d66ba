/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A QP group: a function behind the switch. devlink port of flavour pcisf,
 * representor, auxiliary child gnic.sf.N with the parameters, and, while it is
 * active, QPs.
 */
#ifndef GNIC_GROUP_H
#define GNIC_GROUP_H

#include <linux/kref.h>

#include "gnic.h"
#include "gnic_accel_api.h"
#include "gnic_comp.h"
#include "gnic_param.h"
#include "gnic_qp.h"

/* Index of the devlink port of subfunction 0; those of NIC ports are below. */
#define GNIC_GROUP_PORT_INDEX	0x8000
#define GNIC_GROUP_SFNUM_MAX	0x7fff

/**
 * struct gnic_group_holder - the compute context that has the group
 * @asid: GNIC_ASID_NONE: nobody has it
 * @ops: callbacks
 * @priv: for @ops
 */
struct gnic_group_holder {
	u16 asid;
	const struct gnic_accel_group_ops *ops;
	void *priv;
};

#define GNIC_GROUP_ERRORS	16

/* What may have happened to a group, beside its QPs, bits. */
enum gnic_group_news {
	GNIC_GROUP_NEWS_CQ,
	GNIC_GROUP_NEWS_LINK_DOWN,
	GNIC_GROUP_NEWS_LINK_UP,
	GNIC_GROUP_NEWS_EQ,
};

/* Of the port, since the group became active. */
enum gnic_group_link {
	GNIC_GROUP_LINK_UNKNOWN,
	GNIC_GROUP_LINK_IS_DOWN,
	GNIC_GROUP_LINK_IS_UP,
};

/* What a group has heard of, since it is there. */
enum gnic_group_count {
	GNIC_GROUP_QP_ERRORS,
	GNIC_GROUP_CQ_ERRORS,
	GNIC_GROUP_DB_OVERRUNS,
	GNIC_GROUP_LINK_LOSSES,
	GNIC_GROUP_EQ_OVERRUNS,
	GNIC_GROUP_COUNTS,
};

/**
 * struct gnic_group_error - a QP failed
 * @time: nanoseconds since boot
 * @qpn: its number
 * @syndrome: enum gnic_hw_syndrome
 */
struct gnic_group_error {
	u64 time;
	u32 qpn;
	u8 syndrome;
};

/**
 * struct gnic_group_fault - what reporter `qp` is told
 * @generation: of the group
 * @qps: that failed
 */
struct gnic_group_fault {
	u32 generation;
	DECLARE_BITMAP(qps, GNIC_QP_COUNT_MAX);
};

/**
 * struct gnic_group - a QP group
 * @dev: card
 * @ref: dev->groups has one reference, a holder another
 * @sfnum: number of the subfunction
 * @dl_port: devlink port, pcisf
 * @rep: representor
 * @adev: auxiliary child gnic.sf.N
 * @devlink: its nested instance, NULL while it is unbound
 * @reporter: health reporter `qp` of @devlink
 * @nb: on dev->events
 * @error_work: tells @holder and @reporter of failed QPs
 * @lock: protects what follows; order: devl_lock, @lock, rtnl
 * @config: parameters
 * @hw_addr: of the function
 * @vport: switch port
 * @old_vport: before the reset that goes on
 * @reporting: @reporter may be used: its instance is registered
 * @removed: port del has begun
 * @active: QPs exist and run
 * @generation: activations
 * @attr: what the QPs have in common, while active
 * @qps: of the active group, @attr.config.qp_count; NULL: inactive; also
 *	written under @qp_lock
 * @comp: their completions, while active
 * @cq_failed: @comp completes nothing any more, as far as is known
 * @errors: the last failures of QPs; a ring
 * @holder_lock: protects @holder for callbacks; inside @lock
 * @holder: compute context
 * @qp_lock: protects @qps and what follows against posting and events
 * @posted: buffers that have not come back, of all QPs
 * @listens: to events: from before the first QP is made until @qps are taken away
 * @suspects: QPs that may have failed: @error_work asks the device
 * @overrun: QPs of which a doorbell was lost, likewise
 * @news: enum gnic_group_news, likewise
 * @link: enum gnic_group_link
 * @counts: how often, by enum gnic_group_count
 */
struct gnic_group {
	struct gnic_dev *dev;
	struct kref ref;
	u32 sfnum;
	struct devlink_port dl_port;
	struct net_device *rep;
	struct gnic_adev *adev;
	struct devlink *devlink;
	struct devlink_health_reporter *reporter;
	struct notifier_block nb;
	struct work_struct error_work;

	struct mutex lock;	/* what follows */
	struct gnic_group_config config;
	u8 hw_addr[ETH_ALEN];
	u16 vport;
	u16 old_vport;
	bool reporting;
	bool removed;
	bool active;
	u32 generation;
	struct gnic_qp_attr attr;
	struct gnic_qp *qps;
	struct gnic_comp *comp;
	bool cq_failed;
	struct gnic_group_error errors[GNIC_GROUP_ERRORS];

	struct mutex holder_lock;	/* @holder */
	struct gnic_group_holder holder;

	spinlock_t qp_lock;	/* @qps, what follows */
	u32 posted;
	bool listens;
	DECLARE_BITMAP(suspects, GNIC_QP_COUNT_MAX);
	DECLARE_BITMAP(overrun, GNIC_QP_COUNT_MAX);
	unsigned long news;
	u8 link;
	u32 counts[GNIC_GROUP_COUNTS];
};

/* devlink_priv() of the nested instance points to the group */
static inline struct gnic_group *gnic_group_of(struct devlink *devlink)
{
	struct gnic_group **priv = devlink_priv(devlink);

	return *priv;
}

static inline struct gnic_port *gnic_group_port(const struct gnic_group *group)
{
	return &group->dev->ports[group->config.port];
}

/* gnic_group.c: life; devl_lock of the card held but for get and put */
int gnic_group_port_new(struct devlink *devlink, const struct devlink_port_new_attrs *attrs,
			struct netlink_ext_ack *extack, struct devlink_port **dl_port);
int gnic_group_port_del(struct devlink *devlink, struct devlink_port *dl_port,
			struct netlink_ext_ack *extack);
struct gnic_group *gnic_group_get(struct gnic_dev *dev, u32 sfnum);
void gnic_group_put(struct gnic_group *group);
u32 gnic_group_count(struct gnic_dev *dev);
u32 gnic_group_offers_max(struct gnic_dev *dev);
u32 gnic_group_offers(struct gnic_dev *dev);

/* gnic_group_sf.c: the auxiliary child */
int gnic_group_sf_add(struct gnic_group *group);
void gnic_group_sf_del(struct gnic_group *group);

/* gnic_group_health.c: reporter `qp`; devl_lock of the nested instance held */
int gnic_group_health_init(struct gnic_group *group, struct devlink *devlink);
void gnic_group_health_exit(struct gnic_group *group);

/* gnic_group_config.c: configure: @group->lock held */
int gnic_group_config_init(struct gnic_group *group, struct netlink_ext_ack *extack);
void gnic_group_config_exit(struct gnic_group *group);
int gnic_group_configure(struct gnic_group *group, const struct gnic_group_config *config,
			 struct netlink_ext_ack *extack);

/* gnic_group_state.c: devlink's port function, and its end; @group->lock held */
extern const struct devlink_port_ops gnic_group_port_ops;
void gnic_group_deactivate(struct gnic_group *group);
void gnic_group_wait_idle(struct gnic_group *group);
int gnic_group_renew(struct gnic_group *group);
int gnic_group_rss_set(struct gnic_group *group, u32 count);

/* gnic_group_error.c: QPs that fail; cq_failed, recover, well: @group->lock held */
void gnic_group_link_query(struct gnic_group *group);
void gnic_group_errors_prepare(struct gnic_group *group);
void gnic_group_errors_init(struct gnic_group *group);
void gnic_group_errors_exit(struct gnic_group *group);
void gnic_group_errors_silence(struct gnic_group *group);
bool gnic_group_cq_failed(struct gnic_group *group);
int gnic_group_recover(struct gnic_group *group);
void gnic_group_well(struct gnic_group *group);
const char *gnic_group_syndrome_text(u8 syndrome);

/* gnic_group_hold.c: the compute context; tell: @group->lock held */
void gnic_group_tell(struct gnic_group *group, enum gnic_accel_group_event event);
extern const struct gnic_comp_ops gnic_group_raw_ops;
extern const struct gnic_comp_ops gnic_group_rc_ops;

/* gnic_path.c */
int gnic_path_resolve(struct gnic_port *port, const struct gnic_group_config *config,
		      struct gnic_qp_path *path, struct netlink_ext_ack *extack);

/* gnic_rep.c: the representor */
int gnic_rep_create(struct gnic_group *group);
void gnic_rep_destroy(struct gnic_group *group);
int gnic_rep_move(struct gnic_group *group, struct gnic_port *port, u16 vport,
		  struct netlink_ext_ack *extack);
void gnic_rep_carrier(struct gnic_group *group, bool on);
void gnic_rep_renumber(struct gnic_group *group);	/* of @vport; it is detached */

#endif /* GNIC_GROUP_H */
