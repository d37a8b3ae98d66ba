/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mailbox, and the commands of the blocks that have no other header. Inputs
 * are private copies, outputs are zero on entry; neither is guest memory.
 */
#ifndef VGAUDI_BLK_CMD_H
#define VGAUDI_BLK_CMD_H

#include "card.h"

/* blk_window.c */
enum gnic_hw_status window_cmd_add(struct card *card, const struct gnic_hw_window *in,
					struct gnic_hw_id *out);
enum gnic_hw_status window_cmd_del(struct card *card, const struct gnic_hw_id *in);
enum gnic_hw_status window_cmd_map(struct card *card, const struct gnic_hw_window_map *in,
					struct gnic_hw_id *out);

/* rc_encap.c */
enum gnic_hw_status encap_cmd_set(struct card *card, const struct gnic_hw_encap_set *in);

/* blk_sob.c */
enum gnic_hw_status sob_cmd_set(struct card *card, const struct gnic_hw_sob_set *in);
enum gnic_hw_status sob_cmd_read(struct card *card, const struct gnic_hw_id *in,
				 struct gnic_hw_sobs *out);

/* blk_esw.c and its parts */
enum gnic_hw_status esw_cmd_vport_create(struct card *card, const struct gnic_hw_vport_create *in,
					 struct gnic_hw_id *out);
enum gnic_hw_status esw_cmd_vport_destroy(struct card *card, const struct gnic_hw_id *in);
enum gnic_hw_status esw_cmd_vport_set(struct card *card, const struct gnic_hw_vport_set *in);
enum gnic_hw_status esw_cmd_vport_stats(struct card *card, const struct gnic_hw_id *in,
					struct gnic_hw_vport_stats *out);
enum gnic_hw_status esw_cmd_qp_move(struct card *card, const struct gnic_hw_qp_move *in);
enum gnic_hw_status esw_cmd_rss_set(struct card *card, const struct gnic_hw_rss *in);
enum gnic_hw_status esw_cmd_vport_queues(struct card *card, const struct gnic_hw_vport_queues *in);
enum gnic_hw_status esw_cmd_rss_context(struct card *card, const struct gnic_hw_rss_context *in);
enum gnic_hw_status esw_cmd_filter_set(struct card *card, const struct gnic_hw_filter *in);
enum gnic_hw_status esw_cmd_vlan_set(struct card *card, const struct gnic_hw_vlan *in);
enum gnic_hw_status esw_cmd_tunnel_set(struct card *card, const struct gnic_hw_tunnels *in);
enum gnic_hw_status esw_cmd_flow_add(struct card *card, const struct gnic_hw_flow_add *in,
				     struct gnic_hw_id *out);
enum gnic_hw_status esw_cmd_flow_add_more(struct card *card,
					  const struct gnic_hw_flow_add_more *in,
					  struct gnic_hw_id *out);
enum gnic_hw_status esw_cmd_flow_del(struct card *card, const struct gnic_hw_id *in);
enum gnic_hw_status esw_cmd_flow_stats(struct card *card, const struct gnic_hw_id *in,
				       struct gnic_hw_flow_stats *out);

/* qp_rate.c */
enum gnic_hw_status qp_cmd_rate(struct card *card, const struct gnic_hw_qp_rate *in);
/* mac_ets.c */
enum gnic_hw_status mac_cmd_ets(struct card *card, const struct gnic_hw_ets *in);
enum gnic_hw_status mac_cmd_rate(struct card *card, const struct gnic_hw_port_rate *in);
enum gnic_hw_status qp_cmd_prio(struct card *card, const struct gnic_hw_qp_prio *in);
/* mac_sched.c */
enum gnic_hw_status mac_cmd_sched(struct card *card, const struct gnic_hw_sched_node *in);
enum gnic_hw_status qp_cmd_sched(struct card *card, const struct gnic_hw_qp_sched *in);
/* mac_pfc.c */
enum gnic_hw_status mac_cmd_pfc(struct card *card, const struct gnic_hw_port_pfc *in);
enum gnic_hw_status mac_cmd_pfc_stats(struct card *card, const struct gnic_hw_id *in,
				      struct gnic_hw_pfc_stats *out);
/* mac_prio.c */
enum gnic_hw_status mac_cmd_trust(struct card *card, const struct gnic_hw_port_trust *in);

/* mac_buffer.c */
enum gnic_hw_status mac_cmd_buffer(struct card *card, const struct gnic_hw_port_buffer *in);
enum gnic_hw_status mac_cmd_buffer_stats(struct card *card, const struct gnic_hw_id *in,
					 struct gnic_hw_buffer_stats *out);
enum gnic_hw_status mac_cmd_split(struct card *card, const struct gnic_hw_port_split *in);
/* qp_raw.c: the raw QP, which has a send queue, or a receive queue; or a status */
enum gnic_hw_status qp_raw_sends(struct card *card, __le32 port, __le32 qpn, struct qp **qp);
enum gnic_hw_status qp_raw_receives(struct card *card, __le32 port, __le32 qpn, struct qp **qp);

/* qp_split.c */
enum gnic_hw_status qp_cmd_split(struct card *card, const struct gnic_hw_qp_split *in);

/* rxe_gro.c */
enum gnic_hw_status qp_cmd_gro(struct card *card, const struct gnic_hw_qp_gro *in);

/* blk_eq.c */
enum gnic_hw_status eq_cmd_create(struct card *card, const struct gnic_hw_eq_create *in);
enum gnic_hw_status eq_cmd_destroy(struct card *card);
void eq_reset(struct card *card);
void eq_doorbell(struct card *card, uint32_t ci);

/* blk_cq.c */
enum gnic_hw_status cq_cmd_create(struct card *card, const struct gnic_hw_cq_create *in,
				  struct gnic_hw_id *out);
enum gnic_hw_status cq_cmd_modify(struct card *card, const struct gnic_hw_cq_modify *in);
enum gnic_hw_status cq_cmd_query(struct card *card, const struct gnic_hw_id *in,
				 struct gnic_hw_cq_info *out);
enum gnic_hw_status cq_cmd_destroy(struct card *card, const struct gnic_hw_id *in);
void cq_reset(struct card *card);
bool cq_doorbell(struct card *card, uint32_t cqn, uint32_t ci);	/* false: no such CQ */

/* blk_qp.c */
enum gnic_hw_status qp_cmd_create(struct card *card, const struct gnic_hw_qp_create *in,
				  struct gnic_hw_id *out);
enum gnic_hw_status qp_cmd_destroy(struct card *card, const struct gnic_hw_qp_id *in);
enum gnic_hw_status qp_cmd_stop(struct card *card, const struct gnic_hw_qp_id *in);
enum gnic_hw_status qp_cmd_flush(struct card *card, const struct gnic_hw_qp_id *in);
enum gnic_hw_status qp_cmd_stats(struct card *card, const struct gnic_hw_qp_id *in,
				 struct gnic_hw_qp_stats *out);
enum gnic_hw_status qp_cmd_path(struct card *card, const struct gnic_hw_qp_path *in);
enum gnic_hw_status qp_cmd_qpc_read(struct card *card, const struct gnic_hw_qpc_read *in,
				    struct gnic_hw_qpc_data *out);
enum gnic_hw_status qp_cmd_qpc_write(struct card *card, const struct gnic_hw_qpc_write *in);
void qp_reset(struct card *card);

/* blk_mac.c */
enum gnic_hw_status mac_cmd_query(struct card *card, const struct gnic_hw_id *in,
				  struct gnic_hw_port_info *out);
enum gnic_hw_status mac_cmd_set(struct card *card, const struct gnic_hw_port_set *in);
enum gnic_hw_status mac_cmd_stats(struct card *card, const struct gnic_hw_id *in,
				  struct gnic_hw_mac_stats *out);
enum gnic_hw_status mac_cmd_fec(struct card *card, const struct gnic_hw_id *in,
				struct gnic_hw_fec_stats *out);
enum gnic_hw_status mac_cmd_module_read(struct card *card, const struct gnic_hw_module_read *in,
					struct gnic_hw_module_data *out);
enum gnic_hw_status mac_cmd_module_set(struct card *card, const struct gnic_hw_module_set *in);
void mac_reset(struct card *card);
void mac_init(struct port *port, struct card *card, unsigned int index);
void mac_exit(struct port *port);	/* what a reset leaves */
/* Works out anew whether the link is up, tells the driver, and the far end likewise. */
void mac_link_update(struct port *port);
bool mac_flap(struct port *port, uint32_t ms);	/* false: held down already, or no memory */
enum gnic_hw_link_fault mac_link_fault(const struct port *port);

/* blk_fw.c, nvm.c, trace.c, blk_inject.c */
enum gnic_hw_status fw_cmd_query(struct card *card, struct gnic_hw_fw_info *out);
enum gnic_hw_status fw_cmd_begin(struct card *card, const struct gnic_hw_fw_begin *in,
				 struct gnic_hw_fw_answer *out);
enum gnic_hw_status fw_cmd_write(struct card *card, const struct gnic_hw_fw_chunk *in);
enum gnic_hw_status fw_cmd_commit(struct card *card, struct gnic_hw_fw_answer *out);
enum gnic_hw_status fw_cmd_activate(struct card *card, const struct gnic_hw_id *in);
enum gnic_hw_status nvm_cmd_read(struct card *card, const struct gnic_hw_nvm_read *in,
				 struct gnic_hw_nvm_data *out);
enum gnic_hw_status nvm_cmd_set(struct card *card, const struct gnic_hw_nvm_set *in);
enum gnic_hw_status trace_cmd_read(struct card *card, const struct gnic_hw_id *in,
				   struct gnic_hw_trace *out);
enum gnic_hw_status inject_cmd(struct card *card, const struct gnic_hw_inject *in);

/* blk_phc.c */
enum gnic_hw_status phc_cmd_query(struct card *card, struct gnic_hw_phc_info *out);
enum gnic_hw_status phc_cmd_set(struct card *card, const struct gnic_hw_phc_set *in);
enum gnic_hw_status phc_cmd_pin(struct card *card, const struct gnic_hw_phc_pin *in);
enum gnic_hw_status phc_cmd_output(struct card *card, const struct gnic_hw_phc_output *in);
enum gnic_hw_status phc_cmd_input(struct card *card, const struct gnic_hw_phc_input *in);

/* Counters of 64 bits each, from host order to little endian. */
void cmd_put_stats(void *out, const void *in, size_t len);

int cmd_opcode_by_name(const char *name);		/* -1: none */

#endif /* VGAUDI_BLK_CMD_H */
