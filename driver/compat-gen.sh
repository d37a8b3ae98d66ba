#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# compat-gen.sh BUILD OUTPUT: look into the headers of the kernel behind BUILD
# and write what was found as HAVE_* macros. A fact, never a version: stable
# kernels carry backports.

set -eu
build=$(realpath "$1") output=$2

# Debian keeps the headers of an architecture and the common ones apart.
common=$(sed -n 's|^include \(/.*\)/Makefile$|\1|p' "$build/Makefile" | head -n 1)
include=${common:-$build}/include

# fact | header | extended regular expression that is only there if it holds; the
# whole file is one line to it
FACTS='
XDP_FRAMES | net/xdp.h | struct xdp_frame_bulk
PAGE_POOL_NAPI | net/page_pool/types.h | struct napi_struct \*napi;
PAGE_POOL_ENABLE_DIRECT | net/page_pool/types.h | page_pool_enable_direct_recycling
QSTATS_CSUM_COMPLETE | net/netdev_queues.h | u64 csum_complete;
NETDEV_STAT_OPS | net/netdev_queues.h | struct netdev_stat_ops
NETDEV_OPS_LOCK | linux/netdevice.h | request_ops_lock;
NAPI_CONFIG | linux/netdevice.h | netif_napi_add_config_locked
QUEUE_CONFIG | net/netdev_queues.h | ndo_default_qcfg\)\(
HDS_THRESH | linux/ethtool.h | hds_thresh_max;
PAGE_POOL_UNREADABLE | net/page_pool/helpers.h | page_pool_is_unreadable
RX_MODE_ASYNC | linux/netdevice.h | \(\*ndo_set_rx_mode_async\)
NETIF_CLOSE | linux/netdevice.h | netif_close\(struct
NETNS_IMMUTABLE | linux/netdevice.h | netns_immutable:1
NETMEM_TX | linux/netdevice.h | netmem_tx:
FDB_NOTIFIED | linux/netdevice.h | bool \*notified
CLS_SKIP_SW | net/flow_offload.h | bool skip_sw;
NET_DIM_POINTER | linux/dim.h | void net_dim\(struct dim \*dim, const struct dim_sample \*
RX_RING_COUNT | linux/ethtool.h | \(\*get_rx_ring_count\)
RXFH_INDIR_RESIZE | linux/ethtool.h | ethtool_rxfh_indir_can_resize
RXFH_FIELDS | linux/ethtool.h | \(\*get_rxfh_fields\)
ETHTOOL_NEEDS_RTNL | linux/ethtool.h | op_needs_rtnl;
PAUSE_STORM | linux/ethtool.h | u64 tx_pause_storm_events;
FEC_HIST | linux/ethtool.h | struct ethtool_fec_hist \*
XDP_SKB_FRAGS_INFO | net/xdp.h | xdp_update_skb_frags_info
XDP_FRAGS_TRUESIZE | linux/skbuff.h | xdp_frags_truesize
XDP_RXQ_NAPI_ID | net/xdp.h | unsigned int napi_id;
XSK_ADD_FRAG_HEAD | net/xdp_sock_drv.h | xsk_buff_add_frag\(struct xdp_buff \*head
XSK_DESC_CTX | net/xdp_sock_drv.h | xsk_buff_raw_get_ctx\(
XSK_LAUNCH_TIME | net/xdp_sock.h | tmo_request_launch_time\)
XDP_FEATURES_LOCKED | net/xdp.h | xdp_set_features_flag_locked
PARAM_GET_EXTACK | net/devlink.h | \(\*get\)\([^;]*gset_ctx \*ctx,
PARAM_VALUE_POINTER | net/devlink.h | union devlink_param_value \*val,
PARAM_MAX_SFS | net/devlink.h | DEVLINK_PARAM_GENERIC_MAX_SFS_NAME
HEALTH_PERIOD_IN_OPS | net/devlink.h | default_graceful_period
SWITCHDEV_INACTIVE | uapi/linux/devlink.h | DEVLINK_ESWITCH_MODE_SWITCHDEV_INACTIVE
PTP_SUPPORTED_FLAGS | linux/ptp_clock_kernel.h | supported_perout_flags;
HRTIMER_SETUP | linux/hrtimer.h | hrtimer_setup\(
TIMER_CONTAINER_OF | linux/timer.h | timer_container_of
GSO_FIXEDID_INNER | linux/skbuff.h | SKB_GSO_TCP_FIXEDID_INNER
HOPOPT_JUMBO | net/ipv6.h | int ipv6_hopopt_jumbo_remove
IMPORT_NS_STRING | linux/module.h | MODULE_IMPORT_NS\(ns\)[[:space:]]*MODULE_INFO\(import_ns, ns\)
KF_TRUSTED_ARGS | linux/btf.h | define KF_TRUSTED_ARGS
DRM_DRIVER_DATE | drm/drm_drv.h | char \*date;
DMA_BUF_INVALIDATE | linux/dma-buf.h | \(\*invalidate_mappings\)
CONST_BIN_ATTRIBUTE | linux/sysfs.h | const struct bin_attribute \*, char
'

facts() {
	echo '/* Written by compat-gen.sh from the headers of the kernel. */'
	echo "$FACTS" | sed -e '/^$/d' -e 's/ | /\t/g' |
		while IFS="$(printf '\t')" read -r fact header pattern; do
			if grep -q -z -E -- "$pattern" "$include/$header" 2>/dev/null; then
				echo "#define HAVE_$fact 1"
			fi
		done
}

facts >"$output.new"
if cmp -s "$output.new" "$output"; then
	rm "$output.new"
else
	mv "$output.new" "$output"
fi
