/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receive side scaling. What the user sees has ring numbers. A device with
 * GNIC_CAP_RSS_QUEUES takes them as they are, and is told once which QP each
 * of them is; for another one the table is translated.
 */
#ifndef GNIC_RSS_H
#define GNIC_RSS_H

#include <linux/types.h>

#include "hw/esw.h"

struct ethtool_rxfh_context;
struct gnic_nic;
struct gnic_queue;
struct netlink_ext_ack;

#define GNIC_RSS_KEY_MAX	GNIC_RSS_QUEUES_KEY_LEN
#define GNIC_RSS_INDIR_MAX	GNIC_RSS_QUEUES_TABLE_LEN

/* The default context, as the user set it. */
struct gnic_nic_rss {
	bool keyed;		/* everything but the table has a value */
	u8 hfunc;		/* ETH_RSS_HASH_* */
	u8 xfrm;		/* RXH_XFRM_* */
	u8 fields[GNIC_RSS_FLOWS];
	u8 key[GNIC_RSS_KEY_MAX];
	u32 indir_size;
	u32 indir[GNIC_RSS_INDIR_MAX];
};

/**
 * struct gnic_rss_config - what the device is told of a context
 * @hfunc: ETH_RSS_HASH_*
 * @xfrm: RXH_XFRM_*
 * @fields: GNIC_RSS_FIELD_* by enum gnic_hw_rss_flow
 * @key: of gnic_rss_key_size() bytes
 * @indir: rings
 * @size: entries of @indir
 */
struct gnic_rss_config {
	u8 hfunc;
	u8 xfrm;
	const u8 *fields;
	const u8 *key;
	const u32 *indir;
	u32 size;
};

/* Private part of a context of ethtool. */
struct gnic_rss_context {
	u8 fields[GNIC_RSS_FLOWS];
};

/* gnic_rss.c */
bool gnic_rss_has_queues(const struct gnic_nic *nic);
u32 gnic_rss_key_size(const struct gnic_nic *nic);
void gnic_rss_default(struct gnic_nic *nic, unsigned int channels);
/* @queues is by ring */
int gnic_rss_apply(struct gnic_nic *nic, struct gnic_queue **queues, unsigned int count);
int gnic_rss_refresh(struct gnic_nic *nic);	/* of the queues that run */
struct gnic_queue **gnic_rss_running(const struct gnic_nic *nic, unsigned int count);
int gnic_rss_resize(struct gnic_nic *nic, unsigned int count);
void gnic_rss_clear(struct gnic_nic *nic);
int gnic_rss_change(struct gnic_nic *nic, const struct gnic_nic_rss *next);
int gnic_rss_resize_check(struct gnic_nic *nic, unsigned int channels);
void gnic_rss_resized(struct gnic_nic *nic);

/* gnic_rss_ctx.c */
int gnic_rss_context_set(struct gnic_nic *nic, u32 id, const struct gnic_rss_config *config);
int gnic_rss_context_fields(struct gnic_nic *nic, struct ethtool_rxfh_context *ctx, u32 id,
			    const u8 *fields);
void gnic_rss_restore(struct gnic_nic *nic);

/* gnic_ethtool_rss.c */
int gnic_rss_check(const struct gnic_nic *nic, const struct gnic_rss_config *config,
		   struct netlink_ext_ack *extack);

/* Contexts in use, the default one among them; rtnl is held. */
unsigned int gnic_rss_ctx_count(const struct gnic_nic *nic);

#endif /* GNIC_RSS_H */
