/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before everything else. Sources are written for the newest kernel;
 * what an older one lacks is made here, from facts that compat-gen.sh found in
 * its headers.
 */
#ifndef GNIC_COMPAT_H
#define GNIC_COMPAT_H

#include "gnic_config.h"

#if !defined(HAVE_XDP_FRAMES) || !defined(HAVE_PAGE_POOL_NAPI) || !defined(HAVE_NETDEV_STAT_OPS)
#error "this kernel is older than what gnic supports: 6.12"
#endif
#if defined(HAVE_NETDEV_OPS_LOCK) != defined(HAVE_ETHTOOL_NEEDS_RTNL)
#error "this kernel has the instance lock in a form that gnic does not know: 7.3 is the newest"
#endif

#include <linux/module.h>

/* MODULE_IMPORT_NS(GNIC_NS(DMA_BUF)): an identifier once, a string now. */
#ifdef HAVE_IMPORT_NS_STRING
#define GNIC_NS(ns)			__stringify(ns)
#else
#define GNIC_NS(ns)			ns
#endif

/* Callbacks of devlink parameters, and two calls that take other arguments now. */
#include <net/devlink.h>

#ifdef HAVE_PARAM_GET_EXTACK
#define GNIC_PARAM_GET_ARGS	struct devlink *devlink, u32 id, \
				struct devlink_param_gset_ctx *ctx, \
				struct netlink_ext_ack *extack
#else
#define GNIC_PARAM_GET_ARGS	struct devlink *devlink, u32 id, \
				struct devlink_param_gset_ctx *ctx
#endif

#ifdef HAVE_PARAM_VALUE_POINTER
#define GNIC_PARAM_VALIDATE_ARGS struct devlink *devlink, u32 id, \
				union devlink_param_value *val, \
				struct netlink_ext_ack *extack
#define GNIC_PARAM_VALUE(val)	(val)
#else
#define GNIC_PARAM_VALIDATE_ARGS struct devlink *devlink, u32 id, \
				union devlink_param_value val, \
				struct netlink_ext_ack *extack
#define GNIC_PARAM_VALUE(val)	(&(val))
#define devl_param_driverinit_value_set(devlink, id, val) \
	(devl_param_driverinit_value_set)(devlink, id, *(val))
#endif

/* Between two recoveries: a member of the operations now, an argument once. */
#ifdef HAVE_HEALTH_PERIOD_IN_OPS
#define GNIC_REPORTER_PERIOD(ms)	.default_graceful_period = (ms),
#define gnic_reporter_create(devlink, ops, ms, priv) \
	devl_health_reporter_create(devlink, ops, priv)
#else
#define GNIC_REPORTER_PERIOD(ms)
#define gnic_reporter_create(devlink, ops, ms, priv) \
	devl_health_reporter_create(devlink, ops, ms, priv)
#endif

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/page_pool/types.h>
#include <net/xdp.h>

/*
 * The instance lock. Where there is none, rtnl covers all that it would.
 * gnic asks for it on every netdev, so one body serves both kernels.
 */
#ifdef HAVE_NETDEV_OPS_LOCK
static inline void gnic_netdev_request_ops_lock(struct net_device *netdev)
{
	netdev->request_ops_lock = true;
}
#else
static inline void gnic_netdev_request_ops_lock(struct net_device *netdev)
{
}

static inline void netdev_lock(struct net_device *netdev)
{
	ASSERT_RTNL();
}

static inline void netdev_unlock(struct net_device *netdev)
{
}

static inline void netif_napi_add_config_locked(struct net_device *netdev,
						struct napi_struct *napi,
						int (*poll)(struct napi_struct *, int), int index)
{
	netif_napi_add(netdev, napi, poll);
}

#define netif_napi_del_locked(napi)		netif_napi_del(napi)
#define napi_enable_locked(napi)		napi_enable(napi)
#define napi_disable_locked(napi)		napi_disable(napi)
#define netif_napi_set_irq_locked(napi, irq)	netif_napi_set_irq(napi, irq)
#endif

/* Memory of another device as payload: the kernel has it, or no skb has such frags. */
#ifdef HAVE_NETMEM_TX
static inline void gnic_netdev_set_netmem_tx(struct net_device *netdev)
{
	netdev->netmem_tx = NETMEM_TX_DMA;
}
#else
#include <linux/dma-mapping.h>

static inline void gnic_netdev_set_netmem_tx(struct net_device *netdev)
{
}

static inline void netmem_dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
					       enum dma_data_direction dir, unsigned long attrs)
{
	if (addr)
		dma_unmap_page_attrs(dev, addr, size, dir, attrs);
}
#endif

/*
 * IPv4 identifications that stay. Who has one flag for them means the header in
 * front of TCP, and cuts nothing that has the flag without DF.
 */
#ifdef HAVE_GSO_FIXEDID_INNER
#define GNIC_GSO_FIXEDID_OUTER		SKB_GSO_TCP_FIXEDID
#define GNIC_GSO_FIXEDID_NEEDS_DF	false
#else
#define SKB_GSO_TCP_FIXEDID_INNER	SKB_GSO_TCP_FIXEDID
#define GNIC_GSO_FIXEDID_OUTER		0
#define GNIC_GSO_FIXEDID_NEEDS_DF	true
#endif

/* Packets above 64 KiB had an IPv6 option once that must not reach the wire. */
#ifndef HAVE_HOPOPT_JUMBO
static inline int ipv6_hopopt_jumbo_remove(struct sk_buff *skb)
{
	return 0;
}
#endif

#ifndef HAVE_NETIF_CLOSE
#define netif_close(netdev)			dev_close(netdev)
#endif

/* Before the NAPI instance runs: pages that it frees go to its own cache. */
#ifndef HAVE_PAGE_POOL_ENABLE_DIRECT
static inline void page_pool_enable_direct_recycling(struct page_pool *pool,
						     struct napi_struct *napi)
{
	WRITE_ONCE(pool->p.napi, napi);
}
#endif

#include <net/page_pool/helpers.h>

/* Is its memory somebody else's, where the processor can't read it? */
#ifndef HAVE_PAGE_POOL_UNREADABLE
static inline bool page_pool_is_unreadable(struct page_pool *pool)
{
	return pool->mp_ops;
}
#endif

/* Queues have a configuration of their own: a page size, by which memory is bound. */
#ifdef HAVE_QUEUE_CONFIG
#define GNIC_QCFG_ARG	struct netdev_queue_config *qcfg,
#else
#define GNIC_QCFG_ARG
#endif

/* Frags of an xdp_buff become those of the skb that was built around it. */
#ifdef HAVE_XDP_FRAGS_TRUESIZE
static inline void gnic_xdp_set_truesize(struct skb_shared_info *sinfo, u32 truesize)
{
	sinfo->xdp_frags_truesize = truesize;
}
#else
static inline void gnic_xdp_set_truesize(struct skb_shared_info *sinfo, u32 truesize)
{
}
#endif

#ifndef HAVE_XDP_SKB_FRAGS_INFO
static inline void xdp_update_skb_frags_info(struct sk_buff *skb, u8 nr_frags,
					     unsigned int size, unsigned int truesize,
					     u32 xdp_flags)
{
	xdp_update_skb_shared_info(skb, nr_frags, size, truesize,
				   xdp_flags & XDP_FLAGS_FRAGS_PF_MEMALLOC);
}

static inline u32 xdp_buff_get_skb_flags(const struct xdp_buff *xdp)
{
	return xdp->flags;
}
#endif

/* What a netdev does with XDP, under its lock. */
#ifndef HAVE_XDP_FEATURES_LOCKED
#define xdp_set_features_flag_locked(netdev, val)	xdp_set_features_flag(netdev, val)
#endif

/* Busy poll of an AF_XDP socket finds the NAPI instance by this. */
#ifdef HAVE_XDP_RXQ_NAPI_ID
static inline void gnic_xdp_rxq_set_napi(struct xdp_rxq_info *rxq, const struct napi_struct *napi)
{
	rxq->napi_id = napi->napi_id;
}
#else
static inline void gnic_xdp_rxq_set_napi(struct xdp_rxq_info *rxq, const struct napi_struct *napi)
{
}
#endif

#include <net/xdp_sock_drv.h>

#ifndef HAVE_XSK_ADD_FRAG_HEAD
static inline bool gnic_xsk_add_frag(struct xdp_buff *head, struct xdp_buff *xdp)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(head);
	u32 len = xdp->data_end - xdp->data;

	if (!xdp_buff_has_frags(head)) {
		sinfo->nr_frags = 0;
		sinfo->xdp_frags_size = 0;
		xdp_buff_set_frags_flag(head);
	}
	if (sinfo->nr_frags == MAX_SKB_FRAGS)
		return false;
	skb_frag_fill_page_desc(&sinfo->frags[sinfo->nr_frags++], virt_to_page(xdp->data),
				offset_in_page(xdp->data), len);
	sinfo->xdp_frags_size += len;
	(xsk_buff_add_frag)(xdp);
	return true;
}

#define xsk_buff_add_frag(head, xdp)		gnic_xsk_add_frag(head, xdp)
#endif

/* Where a descriptor's bytes are for the device, and what is wished of them. */
#ifndef HAVE_XSK_DESC_CTX
struct xdp_desc_ctx {
	dma_addr_t dma;
	struct xsk_tx_metadata *meta;
};

static inline struct xdp_desc_ctx xsk_buff_raw_get_ctx(struct xsk_buff_pool *pool, u64 addr,
						       u32 options)
{
	return (struct xdp_desc_ctx){
		.dma = xsk_buff_raw_get_dma(pool, addr),
		.meta = xsk_buff_get_metadata(pool, addr, options),
	};
}

#define xsk_tx_metadata_request(pool, meta, ops, priv) \
	((void)(pool), (xsk_tx_metadata_request)(*(meta), ops, priv))
#endif

/*
 * Is a filter for hardware alone? Once only the sentence's place told, which
 * there is for a filter that is verbose, too.
 */
#include <net/pkt_cls.h>

static inline bool gnic_cls_skip_sw(const struct flow_cls_common_offload *common)
{
#ifdef HAVE_CLS_SKIP_SW
	return common->skip_sw;
#else
	return common->extack;
#endif
}

/* DIM takes its sample by reference now. */
#ifndef HAVE_NET_DIM_POINTER
#include <linux/dim.h>
#define net_dim(dim, sample)	(net_dim)(dim, *(sample))
#endif

#endif /* GNIC_COMPAT_H */
