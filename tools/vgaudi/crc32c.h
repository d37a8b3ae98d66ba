/* SPDX-License-Identifier: GPL-2.0-only */
/* SCTP's checksum: CRC-32C (RFC 9260, Appendix A). */
#ifndef VGAUDI_CRC32C_H
#define VGAUDI_CRC32C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame;

/* Of @len bytes; stored little-endian it is what SCTP's field takes. */
uint32_t crc32c(const void *data, size_t len);

/*
 * Of the bytes @from .. @to of the frame, with zeros in place of the four at
 * @field, which is among them.
 */
uint32_t crc32c_frame(const struct frame *frame, uint32_t from, uint32_t field, uint32_t to);

/* Is this a packet of SCTP, whole, with the right checksum? */
bool crc32c_sctp_right(const struct frame *frame);

#endif /* VGAUDI_CRC32C_H */
