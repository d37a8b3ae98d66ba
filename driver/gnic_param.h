/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of devlink parameters. A parameter is one line of a table: name, type,
 * where its value lives, range, what else is asked of it.
 */
#ifndef GNIC_PARAM_H
#define GNIC_PARAM_H

#include "gnic.h"

#define GNIC_PARAM_STRING	32	/* devlink's own limit, with NUL */

#define GNIC_QP_COUNT_MAX	1024
#define GNIC_QP_WINDOW_MAX	0x3fffff	/* packets: a quarter of all numbers */
#define GNIC_QP_DELAY_MAX	1000000	/* us */
#define GNIC_QP_DRAIN_MS	5000
#define GNIC_QP_DRAIN_MS_MAX	60000

/* All but the first are of RC QPs. */
enum gnic_group_type {
	GNIC_GROUP_RAW,
	GNIC_GROUP_WRITE,
	GNIC_GROUP_SEND_RDV,		/* a rendezvous: it sends, */
	GNIC_GROUP_RECV_RDV,		/* and its far end offers buffers */
	GNIC_GROUP_READ_RDV,		/* it asks, */
	GNIC_GROUP_READ_RDV_ENDP,	/* and its far end is asked */
};

/*
 * struct gnic_group_config - values of the parameters of a group
 * Names are the parameters'; Documentation/devlink.rst says what they mean.
 */
struct gnic_group_config {
	u8 port;
	u8 qp_retry_timeout;
	u8 qp_retry_count;
	u8 qp_rnr_retry;
	u8 priority;
	u8 encap_protocol;
	bool qp_adaptive_timeout;
	bool loopback;
	u16 udp_sport;
	u16 encap_udp_port;
	u32 qp_count;
	u32 qpn_base;
	u32 peer_qpn_base;
	u32 qp_wq_depth;
	u32 qp_rdv_depth;
	u32 qp_path_mtu;
	u32 local_key;
	u32 remote_key;
	u32 cc_window;
	u32 cc_target_delay;
	char qp_type[GNIC_PARAM_STRING];
	char cc_mode[GNIC_PARAM_STRING];
	char loss_recovery[GNIC_PARAM_STRING];
	char icrc_order[GNIC_PARAM_STRING];
	char encap[GNIC_PARAM_STRING];
	char encap_header[GNIC_PARAM_STRING];
	char peer_ip[GNIC_PARAM_STRING];
	char peer_ip_token[GNIC_PARAM_STRING];
	char local_ip[GNIC_PARAM_STRING];
	char local_ip_token[GNIC_PARAM_STRING];
	char peer_mac[GNIC_PARAM_STRING];
};

extern const struct gnic_group_config gnic_group_config_default;

enum gnic_group_type gnic_group_config_type(const struct gnic_group_config *config);

/* Its QPs offer buffers, which are kept at the far end. */
static inline bool gnic_group_type_offers(enum gnic_group_type type)
{
	return type == GNIC_GROUP_RECV_RDV || type == GNIC_GROUP_READ_RDV;
}

u32 gnic_group_config_offers(const struct gnic_group_config *config);

/* instances: card (driverinit), port, group; devl_lock of the instance held */
int gnic_param_card_register(struct gnic_dev *dev);
void gnic_param_card_unregister(struct gnic_dev *dev);
/* driverinit, as it was when the device was loaded; defaults before it is registered */
u32 gnic_param_max_sfs(struct gnic_dev *dev);
u32 gnic_param_event_eq_size(struct gnic_dev *dev);
u32 gnic_param_macs_limit(struct gnic_dev *dev);
u32 gnic_param_max_macs(struct gnic_dev *dev);
void gnic_param_msix(struct gnic_dev *dev, u32 *min, u32 *max);
bool gnic_param_enable_eth(struct gnic_dev *dev);
bool gnic_param_enable_rdma(struct gnic_dev *dev);
int gnic_param_port_register(struct devlink *devlink);
void gnic_param_port_unregister(struct devlink *devlink);
int gnic_param_group_register(struct devlink *devlink);
void gnic_param_group_unregister(struct devlink *devlink);

#endif /* GNIC_PARAM_H */
