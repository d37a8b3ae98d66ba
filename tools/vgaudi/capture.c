// SPDX-License-Identifier: GPL-2.0-only
/* Capture: the dumper is libpcap's. */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <time.h>

#include "capture.h"
#include "wire.h"

#define NSEC_PER_SEC	1000000000ull

struct capture {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	bool virtual_time;
	uint64_t frames;
};

static bool capture_start(struct capture *capture, const char *path, const char **error)
{
	capture->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, WIRE_FRAME_MAX,
							     PCAP_TSTAMP_PRECISION_NANO);
	if (!capture->pcap) {
		*error = "no memory";
		return false;
	}
	capture->dumper = pcap_dump_open(capture->pcap, path);
	if (capture->dumper)
		return true;
	/* The text outlives the handle: it is the caller's to print. */
	static char text[PCAP_ERRBUF_SIZE];

	snprintf(text, sizeof(text), "%s", pcap_geterr(capture->pcap));
	*error = text;
	pcap_close(capture->pcap);
	return false;
}

struct capture *capture_open(const char *path, bool virtual_time, const char **error)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture) {
		*error = "no memory";
		return NULL;
	}
	capture->virtual_time = virtual_time;
	if (capture_start(capture, path, error))
		return capture;
	free(capture);
	return NULL;
}

void capture_close(struct capture *capture)
{
	pcap_dump_close(capture->dumper);
	pcap_close(capture->pcap);
	free(capture);
}

static uint64_t capture_time(const struct capture *capture, struct loop *loop)
{
	struct timespec ts;

	if (capture->virtual_time)
		return loop_now(loop);
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

void capture_frame(struct capture *capture, struct loop *loop, const struct frame *frame)
{
	uint64_t now = capture_time(capture, loop);
	uint8_t buf[WIRE_FRAME_MAX];
	struct pcap_pkthdr hdr = {
		.ts = { .tv_sec = now / NSEC_PER_SEC, .tv_usec = now % NSEC_PER_SEC },
	};

	hdr.caplen = frame_flatten(frame, buf, sizeof(buf));
	hdr.len = hdr.caplen;
	pcap_dump((u_char *)capture->dumper, &hdr, buf);
	capture->frames++;
}

uint64_t capture_count(const struct capture *capture)
{
	return capture->frames;
}
