/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNIC_PARAM_CHECK_H
#define GNIC_PARAM_CHECK_H

#include "gnic_param.h"

/* 0, or an error and a sentence; devl_lock of the group's instance is held */
typedef int gnic_param_check_fn(struct gnic_dev *dev, const char *name,
				const union devlink_param_value *val,
				struct netlink_ext_ack *extack);

gnic_param_check_fn gnic_param_check_port;
gnic_param_check_fn gnic_param_check_depth;
gnic_param_check_fn gnic_param_check_type;
gnic_param_check_fn gnic_param_check_cc;
gnic_param_check_fn gnic_param_check_icrc;
gnic_param_check_fn gnic_param_check_recovery;
gnic_param_check_fn gnic_param_check_adaptive;
gnic_param_check_fn gnic_param_check_loopback;
gnic_param_check_fn gnic_param_check_encap;
gnic_param_check_fn gnic_param_check_encap_port;
gnic_param_check_fn gnic_param_check_encap_protocol;
gnic_param_check_fn gnic_param_check_encap_header;
gnic_param_check_fn gnic_param_check_ip;
gnic_param_check_fn gnic_param_check_token;
gnic_param_check_fn gnic_param_check_mac;

#endif /* GNIC_PARAM_CHECK_H */
