// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, FEC: codewords go round the lanes of the link. Those without an
 * error are worked out from the octets when somebody asks; one with an error is
 * made by a fault of the wire.
 */
#include <endian.h>

#include "mac.h"
#include "blk_cmd.h"

#define MAC_CODEWORD_BITS	5140u	/* data of RS(528,514) and RS(544,514) */
#define MAC_SYMBOL_BITS		10u

/* Wrong symbols that can be mended. */
static unsigned int mac_fec_strength(const struct port *port)
{
	switch (port->mode.fec) {
	case GNIC_FEC_RS:
		/* 50 Gb/s a lane runs with RS(544,514) */
		return port->mode.speed / port->mode.lanes >= 50000 ? 15 : 7;
	case GNIC_FEC_BASER:
		return 1;
	default:
		return 0;
	}
}

bool mac_fec_symbols(struct port *port, unsigned int symbols)
{
	unsigned int lane = port->fec_lane;
	bool mended = symbols <= mac_fec_strength(port);

	port->stats.rx.symbol_errors++;
	if (port->mode.fec == GNIC_FEC_NONE)
		return false;
	port->fec_lane = (lane + 1) % port->mode.lanes;
	if (!mended) {
		port->fec.uncorrectable[lane]++;
		return false;
	}
	port->fec.corrected[lane]++;
	/* half of the bits of a wrong symbol are */
	port->fec.corrected_bits[lane] += symbols * MAC_SYMBOL_BITS / 2;
	if (port->mode.fec != GNIC_FEC_RS)
		return true;
	port->fec.hist[symbols][lane]++;
	/* it is one of the codewords of a frame that is going to be counted */
	port->fec_bits -= port->fec_bits < MAC_CODEWORD_BITS ? port->fec_bits : MAC_CODEWORD_BITS;
	return true;
}

/* Codewords without an error, round the lanes as they are now. */
void mac_fec_settle(struct port *port)
{
	uint64_t words = port->fec_bits / MAC_CODEWORD_BITS;
	unsigned int lane;

	port->fec_bits -= words * MAC_CODEWORD_BITS;
	if (!port->mode.lanes)
		return;
	for (lane = 0; lane < port->mode.lanes; lane++)
		port->fec.hist[0][lane] += (words + lane) / port->mode.lanes;
}

enum gnic_hw_status mac_cmd_fec(struct card *card, const struct gnic_hw_id *in,
				struct gnic_hw_fec_stats *out)
{
	struct port *port = card_port(card, le32toh(in->id));

	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	mac_fec_settle(port);
	cmd_put_stats(out, &port->fec, sizeof(*out));
	return GNIC_STATUS_OK;
}
