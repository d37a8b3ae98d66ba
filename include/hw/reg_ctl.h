/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Block CTL (model-defined): identity, capabilities, state, reset. */
#ifndef GNIC_HW_REG_CTL_H
#define GNIC_HW_REG_CTL_H

#include "memmap.h"

#define GNIC_CTL_MAGIC			(GNIC_CTL_BASE + 0x00)	/* RO */
#define  GNIC_CTL_MAGIC_VALUE		0x43494e47		/* "GNIC" in memory */
#define GNIC_CTL_VERSION		(GNIC_CTL_BASE + 0x04)	/* RO */
#define  GNIC_CTL_VERSION_MAJOR		GENMASK(31, 16)
#define  GNIC_CTL_VERSION_MINOR		GENMASK(15, 0)
#define  GNIC_HW_VERSION_MAJOR		3
#define  GNIC_HW_VERSION_MINOR		1
#define GNIC_CTL_CAPS			(GNIC_CTL_BASE + 0x08)	/* RO */
#define  GNIC_CAP_SHADOW_DB		BIT(0)	/* doorbell records are polled */
#define  GNIC_CAP_CSUM			BIT(1)	/* checksum, both directions */
#define  GNIC_CAP_TSO			BIT(2)
#define  GNIC_CAP_VLAN			BIT(3)	/* insert, strip */
#define  GNIC_CAP_RSS			BIT(4)
#define  GNIC_CAP_FLOW			BIT(5)	/* steering table */
#define  GNIC_CAP_RC			BIT(6)	/* RC QPs */
#define  GNIC_CAP_COMPUTE		BIT(7)	/* compute queues */
#define  GNIC_CAP_LOOPBACK		BIT(8)	/* MAC loopback */
#define  GNIC_CAP_MODERATION		BIT(9)	/* CQ moderation */
#define  GNIC_CAP_RX_TSTAMP		BIT(10)	/* time in receive CQEs */
#define  GNIC_CAP_QP_MOVE		BIT(11)	/* a receive queue takes over from another */
#define  GNIC_CAP_RX_SPLIT		BIT(12)	/* headers and payload apart */
#define  GNIC_CAP_GRO			BIT(13)	/* merges segments of TCP */
#define  GNIC_CAP_RX_MODE		BIT(14)	/* FCS and bad frames on receive */
#define  GNIC_CAP_DCB			BIT(29)	/* priorities and traffic classes of ports */
#define  GNIC_CAP_VLAN_RX		BIT(15)	/* VLAN_SET, and S-tags in both directions */
#define  GNIC_CAP_TUNNEL		BIT(16)	/* segments in tunnels, TUNNEL_SET */
#define  GNIC_CAP_USO			BIT(17)	/* segments UDP */
#define  GNIC_CAP_CQE_TIMER		BIT(20)	/* moderation counts from the last CQE */
#define  GNIC_CAP_PAUSE			BIT(21)	/* sends and obeys pause frames */
#define  GNIC_CAP_MODULE		BIT(22)	/* reads modules */
#define  GNIC_CAP_PORT_SPLIT		BIT(23)	/* a port can be two of one lane */
#define  GNIC_CAP_LAUNCH			BIT(24)	/* sends raw packets at a time */
#define  GNIC_CAP_FW			BIT(25)	/* images, settings, trace */
#define  GNIC_CAP_INJECT		BIT(26)	/* faults on demand */
#define  GNIC_CAP_SCHED			BIT(27)	/* a tree of nodes and weights above send queues */
#define  GNIC_CAP_RSS_QUEUES		BIT(18)	/* numbered queues, contexts of them */
#define  GNIC_CAP_FLOW_QUEUES		BIT(19)	/* rules for them, with all of the key */
#define  GNIC_CAP_PHC			BIT(28)	/* a clock to set, time in send CQEs */
#define  GNIC_CAP_TX_RATE		BIT(30)	/* limits what a send queue sends */
#define  GNIC_CAP_SCTP			BIT(31)	/* SCTP's checksum, both directions */
#define GNIC_CTL_PORTS			(GNIC_CTL_BASE + 0x0c)	/* RO: 1..24 */
#define GNIC_CTL_VECTORS		(GNIC_CTL_BASE + 0x10)	/* RO: MSI-X vectors */
#define GNIC_CTL_STATUS			(GNIC_CTL_BASE + 0x14)	/* RO */
#define  GNIC_CTL_STATUS_READY		BIT(0)
#define  GNIC_CTL_STATUS_FATAL		BIT(1)	/* only a reset helps */
#define  GNIC_CTL_STATUS_SYNDROME	GENMASK(15, 8)
#define GNIC_CTL_RESET			(GNIC_CTL_BASE + 0x18)	/* WO */
#define  GNIC_CTL_RESET_VALUE		0x21545352
#define GNIC_CTL_HBM_SIZE_LO		(GNIC_CTL_BASE + 0x1c)	/* RO: bytes */
#define GNIC_CTL_HBM_SIZE_HI		(GNIC_CTL_BASE + 0x20)	/* RO */
#define GNIC_CTL_HEARTBEAT		(GNIC_CTL_BASE + 0x24)	/* RO: counts reads */
#define GNIC_CTL_SERIAL_LO		(GNIC_CTL_BASE + 0x28)	/* RO */
#define GNIC_CTL_SERIAL_HI		(GNIC_CTL_BASE + 0x2c)	/* RO */
#define GNIC_CTL_MODULE_ID		(GNIC_CTL_BASE + 0x30)	/* RO: place in the box, 0..7 */
#define GNIC_CTL_FW_VERSION		(GNIC_CTL_BASE + 0x34)	/* RO */
#define  GNIC_CTL_FW_MAJOR		GENMASK(31, 24)
#define  GNIC_CTL_FW_MINOR		GENMASK(23, 16)
#define  GNIC_CTL_FW_PATCH		GENMASK(15, 0)

#endif /* GNIC_HW_REG_CTL_H */
