/* SPDX-License-Identifier: GPL-2.0-only */
/* Block ASID: limits that QUERY_CAPS reports. The functions are in card.h. */
#ifndef VGAUDI_BLK_ASID_H
#define VGAUDI_BLK_ASID_H

#define ASID_WINDOWS_MAX	16384u	/* of a card, all ASIDs together */

#endif /* VGAUDI_BLK_ASID_H */
