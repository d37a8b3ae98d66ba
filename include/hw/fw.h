/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Firmware (model-defined): what is stored and what runs, images, settings that
 * outlive power, the trace, and faults on demand. hardware.rst "Firmware".
 */
#ifndef GNIC_HW_FW_H
#define GNIC_HW_FW_H

#include "types.h"

/* X(NAME, number, devlink's name): parts that have a version of their own */
#define GNIC_HW_FW_COMPONENTS(X) \
	X(CORE,	0, "fw") \
	X(MGMT,	1, "fw.mgmt") \
	X(PHY,	2, "fw.phy")

enum gnic_hw_fw_component {
#define X(name, number, text) GNIC_FW_##name = (number),
	GNIC_HW_FW_COMPONENTS(X)
#undef X
};

#define GNIC_FW_COMPONENTS		3

/* ---- what there is ---- */

struct gnic_hw_fw_version {
	__u8 major;
	__u8 minor;
	__le16 patch;
};
GNIC_HW_SIZE(gnic_hw_fw_version, 4);

#define GNIC_FW_BOARD_LEN		16

/**
 * struct gnic_hw_fw_info - identity, and versions by enum gnic_hw_fw_component
 * @board: name of the board, padded with zeroes; images name it
 * @board_serial: of the board; the card's own is in CTL
 * @running: since the last activation
 * @stored: runs after the next one
 * @minimum: older images are refused
 * @image_max: bytes of an image's payload at most
 * @live: a bit a component: can be activated without a reset
 * @rsvd: zero
 */
struct gnic_hw_fw_info {
	__u8 board[GNIC_FW_BOARD_LEN];
	__u8 board_serial[GNIC_FW_BOARD_LEN];
	struct gnic_hw_fw_version running[GNIC_FW_COMPONENTS];
	struct gnic_hw_fw_version stored[GNIC_FW_COMPONENTS];
	struct gnic_hw_fw_version minimum[GNIC_FW_COMPONENTS];
	__le32 image_max;
	__le32 live;
	__le32 rsvd[5];
};
GNIC_HW_SIZE(gnic_hw_fw_info, 96);

/* ---- images ---- */

#define GNIC_FW_MAGIC			0x57464e47	/* "GNFW" in a file */
#define GNIC_FW_FORMAT			1
#define GNIC_FW_ALIGN			8		/* of images in a file */
#define GNIC_FW_IMAGE_MAX		0x100000

/**
 * struct gnic_hw_fw_header - an image in a file, in front of its payload
 * @magic: GNIC_FW_MAGIC
 * @format: GNIC_FW_FORMAT
 * @component: enum gnic_hw_fw_component
 * @board: the only board that it is for
 * @version: of what is in it
 * @size: bytes of the payload
 * @payload_crc: CRC-32 (IEEE 802.3) of the payload
 * @header_crc: CRC-32 of the bytes before it
 */
struct gnic_hw_fw_header {
	__le32 magic;
	__le16 format;
	__le16 component;
	__u8 board[GNIC_FW_BOARD_LEN];
	struct gnic_hw_fw_version version;
	__le32 size;
	__le32 payload_crc;
	__le32 header_crc;
};
GNIC_HW_SIZE(gnic_hw_fw_header, 40);

/* struct gnic_hw_fw_begin.flags */
#define GNIC_FW_BEGIN_SETTINGS		BIT(0)	/* settings become the factory's, with COMMIT */
#define GNIC_FW_BEGIN_VOLATILE		BIT(1)	/* is not stored: it runs from COMMIT on */

struct gnic_hw_fw_begin {
	struct gnic_hw_fw_header header;
	__le32 flags;
	__le32 rsvd;
};
GNIC_HW_SIZE(gnic_hw_fw_begin, 48);

#define GNIC_FW_CHUNK			1024

struct gnic_hw_fw_chunk {
	__le32 offset;		/* pieces come in order */
	__le32 len;
	__u8 data[GNIC_FW_CHUNK];
};
GNIC_HW_SIZE(gnic_hw_fw_chunk, 1032);

/* X(NAME, value, text): what the device says of an image */
#define GNIC_HW_FW_VERDICTS(X) \
	X(GOOD,		0, "the image is good") \
	X(MAGIC,	1, "this is no gnic firmware image") \
	X(FORMAT,	2, "the image has a format that the device does not know") \
	X(HEADER,	3, "the checksum of the image's header is wrong") \
	X(BOARD,	4, "the image is for another board") \
	X(COMPONENT,	5, "the image is for a component that the device does not have") \
	X(SIZE,		6, "the size of the image is out of range") \
	X(OLD,		7, "the image is older than the device accepts") \
	X(PAYLOAD,	8, "the checksum of the image's payload is wrong")

enum gnic_hw_fw_verdict {
#define X(name, value, text) GNIC_FW_VERDICT_##name = (value),
	GNIC_HW_FW_VERDICTS(X)
#undef X
};

/* Of BEGIN and COMMIT: a refusal is an answer, not a failed command. */
struct gnic_hw_fw_answer {
	__le32 verdict;		/* enum gnic_hw_fw_verdict */
	__le32 rsvd;
};
GNIC_HW_SIZE(gnic_hw_fw_answer, 8);

/* struct gnic_hw_id.id of FW_ACTIVATE */
enum gnic_hw_fw_activate {
	GNIC_FW_ACTIVATE_RESET	= 0,	/* with the next reset */
	GNIC_FW_ACTIVATE_LIVE	= 1,	/* at once; BUSY: what is stored needs a reset */
};

/* ---- memory that keeps its content ---- */

#define GNIC_NVM_SIZE			4096
#define GNIC_NVM_MAGIC			0x4d564e47	/* "GNVM" in memory */

/* X(NAME, number, factory value, greatest value): settings, 32 bits each */
#define GNIC_HW_NVM_SETTINGS(X) \
	X(FW_LOAD_POLICY,	0, 1, 2) \
	X(INTERNAL_ERROR_RESET,	1, 1, 1) \
	X(REGION_SNAPSHOT,	2, 1, 1)

enum gnic_hw_nvm_setting {
#define X(name, number, factory, max) GNIC_NVM_##name = (number),
	GNIC_HW_NVM_SETTINGS(X)
#undef X
};

#define GNIC_NVM_SETTINGS		3
#define GNIC_NVM_SETTINGS_ROOM		32

/**
 * struct gnic_hw_nvm - the beginning of the memory; the rest of its
 *	GNIC_NVM_SIZE bytes is zero
 * @magic: GNIC_NVM_MAGIC
 * @crc: CRC-32 of all bytes behind it
 * @board: name of the board
 * @board_serial: its serial number
 * @image: headers of what is stored, by component
 * @minimum: oldest that is accepted, by component
 * @setting: by enum gnic_hw_nvm_setting
 */
struct gnic_hw_nvm {
	__le32 magic;
	__le32 crc;
	__u8 board[GNIC_FW_BOARD_LEN];
	__u8 board_serial[GNIC_FW_BOARD_LEN];
	struct gnic_hw_fw_header image[GNIC_FW_COMPONENTS];
	struct gnic_hw_fw_version minimum[GNIC_FW_COMPONENTS];
	__le32 setting[GNIC_NVM_SETTINGS_ROOM];
};
GNIC_HW_SIZE(gnic_hw_nvm, 300);

#define GNIC_NVM_READ_MAX		512

struct gnic_hw_nvm_read {
	__le32 offset;
	__le32 len;
};
GNIC_HW_SIZE(gnic_hw_nvm_read, 8);

struct gnic_hw_nvm_data {
	__u8 data[GNIC_NVM_READ_MAX];
};
GNIC_HW_SIZE(gnic_hw_nvm_data, 512);

struct gnic_hw_nvm_set {
	__le32 setting;		/* enum gnic_hw_nvm_setting */
	__le32 value;
};
GNIC_HW_SIZE(gnic_hw_nvm_set, 8);

/* ---- trace ---- */

/* X(NAME, number, text); a and b of a record by event */
#define GNIC_HW_TRACE_EVENTS(X) \
	X(RESET,	1, "reset") \
	X(FATAL,	2, "fatal error") \
	X(COMMAND,	3, "command refused") \
	X(ACTIVATE,	4, "firmware activated") \
	X(STORE,	5, "image stored") \
	X(REFUSE,	6, "image refused") \
	X(SETTING,	7, "setting changed") \
	X(INJECT,	8, "fault injected") \
	X(QP_ERROR,	9, "QP failed") \
	X(LINK,		10, "link changed")

enum gnic_hw_trace_event {
#define X(name, number, text) GNIC_TRACE_##name = (number),
	GNIC_HW_TRACE_EVENTS(X)
#undef X
};

struct gnic_hw_trace_record {
	__le64 time;		/* the device's, nanoseconds */
	__le32 event;
	__le32 seq;		/* counts records since power-on */
	__le32 a;
	__le32 b;
};
GNIC_HW_SIZE(gnic_hw_trace_record, 24);

#define GNIC_TRACE_RECORDS		256	/* that the device keeps */
#define GNIC_TRACE_READ			16

/* TRACE_READ: records from .id on; older ones than it keeps are skipped. */
struct gnic_hw_trace {
	__le32 count;
	__le32 next;		/* .seq of the record after the last one */
	struct gnic_hw_trace_record record[GNIC_TRACE_READ];
};
GNIC_HW_SIZE(gnic_hw_trace, 392);

/* ---- faults on demand ---- */

enum gnic_hw_inject_kind {
	GNIC_INJECT_FATAL	= 1,	/* a: syndrome */
	GNIC_INJECT_HANG	= 2,	/* no heartbeat, no answer, until a reset */
	GNIC_INJECT_PCIE	= 3,	/* a correctable error of the link */
	GNIC_INJECT_TX_STOP	= 4,	/* QP a of the port sends nothing any more */
	GNIC_INJECT_RX_ERROR	= 5,	/* QP a of the port fails */
	GNIC_INJECT_LINK_FLAP	= 6,	/* the port's link, for a milliseconds */
};

struct gnic_hw_inject {
	__u8 kind;		/* enum gnic_hw_inject_kind */
	__u8 port;
	__le16 rsvd;
	__le32 a;
};
GNIC_HW_SIZE(gnic_hw_inject, 8);

#endif /* GNIC_HW_FW_H */
