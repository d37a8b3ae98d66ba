// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, modules: an active copper cable has a plug at each end, which has
 * a memory. Ports with an even number have QSFP28 cages (SFF-8636), the others
 * QSFP-DD ones (CMIS 5.0). The memory is made when it is read.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "blk_cmd.h"
#include "frame.h"
#include "mac.h"

#define MODULE_VENDOR		"vgaudi"
#define MODULE_CONNECTOR	0x23	/* no separable connector */
#define MODULE_LENGTH		2	/* metres */

/* 1/256 degrees, 100 microvolts; in low power the plug is cooler */
#define MODULE_TEMP_HIGH	0x2880	/* 40.5 C */
#define MODULE_TEMP_LOW		0x1b40	/* 27.25 C */
#define MODULE_VCC		32950

static const int16_t module_temp_limits[] = { 0x4b00, -0x0500, 0x4600, 0x0000 };
static const uint16_t module_vcc_limits[] = { 36300, 29700, 34650, 31350 };

enum gnic_hw_module mac_module_kind(const struct port *port)
{
	if (port->backplane || !port->wire)
		return GNIC_MODULE_NONE;
	return mac_whole(port)->index % 2 ? GNIC_MODULE_CMIS : GNIC_MODULE_SFF8636;
}

uint8_t mac_module_power(const struct port *port)
{
	bool keep = mac_whole(port)->module_keep;

	if (mac_module_kind(port) == GNIC_MODULE_NONE)
		return 0;
	return (keep || mac_whole(port)->admin || mac_half(port)->admin ?
		GNIC_MODULE_POWER_HIGH : 0) | (keep ? GNIC_MODULE_POWER_KEEP : 0);
}

static bool module_high(const struct port *port)
{
	return mac_module_power(port) & GNIC_MODULE_POWER_HIGH;
}

static uint16_t module_temp(const struct port *port)
{
	return module_high(port) ? MODULE_TEMP_HIGH : MODULE_TEMP_LOW;
}

/* ---- what both kinds have ---- */

/* Text is padded with spaces. */
static void module_text(uint8_t *page, unsigned int at, unsigned int room, const char *text)
{
	size_t len = strlen(text);

	memset(page + at, ' ', room);
	memcpy(page + at, text, len < room ? len : room);
}

static void module_serial(const struct port *port, uint8_t *page, unsigned int at)
{
	char text[17];

	snprintf(text, sizeof(text), "VG%08X%02XA", (uint32_t)port->card->config.serial,
		 mac_whole(port)->index);
	module_text(page, at, 16, text);
}

static void module_limits(uint8_t *temp, uint8_t *vcc)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		frame_put_be16(temp + 2 * i, module_temp_limits[i]);
		frame_put_be16(vcc + 2 * i, module_vcc_limits[i]);
	}
}

static uint8_t module_sum(const uint8_t *page, unsigned int first, unsigned int last)
{
	uint8_t sum = 0;

	while (first <= last)
		sum += page[first++];
	return sum;
}

/* ---- SFF-8636 ---- */

#define SFF8636_ID	0x11
#define SFF8636_TECH	0xc0	/* copper, near and far end limiting active equalizers */

static void sff8636_lower(const struct port *port, uint8_t *mem)
{
	mem[0] = SFF8636_ID;
	mem[1] = 0x08;				/* revision 2.8 */
	frame_put_be16(mem + 22, module_temp(port));
	frame_put_be16(mem + 26, MODULE_VCC);
	mem[93] = module_high(port) ? 0x05 : 0x03;	/* power by software; high, low */
}

static void sff8636_page0(const struct port *port, uint8_t *mem)
{
	mem[128] = SFF8636_ID;
	mem[130] = MODULE_CONNECTOR;
	mem[131] = 0x80;			/* see 192 */
	mem[139] = 0x08;			/* PAM4 */
	mem[140] = 0xff;			/* see 222 */
	mem[146] = MODULE_LENGTH;
	mem[147] = SFF8636_TECH;
	module_text(mem, 148, 16, MODULE_VENDOR);
	mem[165] = 0x02;			/* locally administered */
	module_text(mem, 168, 16, "ACC-QSFP28-2M");
	module_text(mem, 184, 2, "A1");
	mem[190] = 70;				/* degrees */
	mem[191] = module_sum(mem, 128, 190);
	mem[192] = 0x40;			/* 50GBASE-CR, 100GBASE-CR2, 200GBASE-CR4 */
	module_serial(port, mem, 196);
	module_text(mem, 212, 8, "261101");
	mem[220] = 0x30;			/* measures temperature and voltage */
	mem[222] = 212;				/* 53 GBd in units of 250 MBd */
	mem[223] = module_sum(mem, 192, 222);
}

static void sff8636_page3(const struct port *port, uint8_t *mem)
{
	(void)port;
	module_limits(mem + 128, mem + 144);
}

/* ---- CMIS ---- */

#define CMIS_ID		0x18
#define CMIS_TECH	0x0c	/* copper, near and far end limiting active equalizers */

static void cmis_lower(const struct port *port, uint8_t *mem)
{
	static const uint8_t applications[] = {
		27, 1, 0x22, 0x0f,	/* 100GBASE-CR2, copper, 2 lanes, which begin at 1 .. 4 */
		24, 1, 0x11, 0x0f,	/* 50GBASE-CR, copper, 1 lane */
		0xff,
	};

	mem[0] = CMIS_ID;
	mem[1] = 0x50;				/* revision 5.0 */
	mem[3] = module_high(port) ? 3 << 1 : 1 << 1;	/* ready, low power */
	frame_put_be16(mem + 14, module_temp(port));
	frame_put_be16(mem + 16, MODULE_VCC);
	mem[26] = module_high(port) ? 0 : 0x10;	/* low power is asked for */
	mem[39] = 1;				/* firmware 1.4 */
	mem[40] = 4;
	mem[85] = 4;				/* active cable */
	memcpy(mem + 86, applications, sizeof(applications));
}

static void cmis_page0(const struct port *port, uint8_t *mem)
{
	mem[128] = CMIS_ID;
	module_text(mem, 129, 16, MODULE_VENDOR);
	mem[145] = 0x02;
	module_text(mem, 148, 16, "ACC-QSFPDD-2M");
	module_text(mem, 164, 2, "B2");
	module_serial(port, mem, 166);
	module_text(mem, 182, 8, "261102");
	memset(mem + 190, ' ', 10);
	mem[200] = 0;				/* power class 1 */
	mem[201] = 6;				/* 1.5 W in units of 0.25 W */
	mem[202] = 0x40 | MODULE_LENGTH;	/* metres */
	mem[203] = MODULE_CONNECTOR;
	mem[212] = CMIS_TECH;
	mem[222] = module_sum(mem, 128, 221);
}

static void cmis_page1(const struct port *port, uint8_t *mem)
{
	(void)port;
	mem[128] = 1;				/* firmware that is not active: 1.3 */
	mem[129] = 3;
	mem[130] = 1;				/* hardware */
	mem[159] = 0x03;			/* measures temperature and voltage */
	mem[255] = module_sum(mem, 130, 254);
}

static void cmis_page2(const struct port *port, uint8_t *mem)
{
	(void)port;
	module_limits(mem + 128, mem + 136);
	mem[255] = module_sum(mem, 128, 254);
}

/* Lanes 1 and 2 of the data path, while it runs. */
static void cmis_page11(const struct port *port, uint8_t *mem)
{
	mem[128] = module_high(port) ? 0x44 : 0x11;	/* activated, deactivated */
}

/* ---- reading ---- */

struct module_page {
	uint8_t page;
	void (*fill)(const struct port *port, uint8_t *mem);
};

static const struct module_page sff8636_pages[] = {
	{ 0x00, sff8636_page0 },
	{ 0x03, sff8636_page3 },
};

static const struct module_page cmis_pages[] = {
	{ 0x00, cmis_page0 },
	{ 0x01, cmis_page1 },
	{ 0x02, cmis_page2 },
	{ 0x11, cmis_page11 },
};

#define PAGES(a)	(sizeof(a) / sizeof((a)[0]))

/* 256 octets, with @page at the upper half; false: there is no such page. */
static bool module_fill(const struct port *port, uint8_t page, uint8_t *mem)
{
	bool cmis = mac_module_kind(port) == GNIC_MODULE_CMIS;
	const struct module_page *pages = cmis ? cmis_pages : sff8636_pages;
	unsigned int i, count = cmis ? PAGES(cmis_pages) : PAGES(sff8636_pages);

	for (i = 0; i < count && pages[i].page != page; i++)
		;
	if (i == count)
		return false;
	memset(mem, 0, 2 * GNIC_MODULE_PAGE_LEN);
	if (cmis)
		cmis_lower(port, mem);
	else
		sff8636_lower(port, mem);
	pages[i].fill(port, mem);
	return true;
}

static bool module_range_ok(const struct gnic_hw_module_read *in)
{
	bool lower = in->offset < GNIC_MODULE_PAGE_LEN;
	unsigned int end = lower ? GNIC_MODULE_PAGE_LEN : 2 * GNIC_MODULE_PAGE_LEN;

	return in->len && in->offset + in->len <= end && !(lower && in->page) && !in->bank &&
	       in->i2c == GNIC_MODULE_I2C_ADDR && !in->rsvd[0] && !in->rsvd[1];
}

enum gnic_hw_status mac_cmd_module_read(struct card *card, const struct gnic_hw_module_read *in,
					struct gnic_hw_module_data *out)
{
	struct port *port = card_port(card, in->port);
	uint8_t mem[2 * GNIC_MODULE_PAGE_LEN];

	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	if (!module_range_ok(in))
		return GNIC_STATUS_BAD_PARAM;
	if (mac_module_kind(port) == GNIC_MODULE_NONE)
		return GNIC_STATUS_BAD_STATE;
	if (!module_fill(port, in->page, mem))
		return GNIC_STATUS_UNSUPPORTED;
	memcpy(out->data, mem + in->offset, in->len);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status mac_cmd_module_set(struct card *card, const struct gnic_hw_module_set *in)
{
	struct port *port = card_port(card, in->port);
	unsigned int i;

	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	for (i = 0; i < sizeof(in->rsvd); i++)
		if (in->rsvd[i])
			return GNIC_STATUS_BAD_PARAM;
	if (in->power & ~GNIC_MODULE_POWER_KEEP)
		return GNIC_STATUS_BAD_PARAM;
	if (mac_module_kind(port) == GNIC_MODULE_NONE)
		return GNIC_STATUS_BAD_STATE;
	mac_whole(port)->module_keep = in->power;
	return GNIC_STATUS_OK;
}
