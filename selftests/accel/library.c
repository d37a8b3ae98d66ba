// SPDX-License-Identifier: GPL-2.0-only
/* libgnic_accel, the shared one: what it says when it can't, and that lists can be run again. */
#include <string.h>
#include <unistd.h>

#include "lib.h"

static struct gnic_accel *acc;

static bool finds_cards(void)
{
	char path[64], card[64], tiny[8];

	EXPECT_EQ(gnic_accel_find(test_card, path, sizeof(path)), 0);
	EXPECT(strcmp(path, test_path) == 0);
	EXPECT_EQ(gnic_accel_find(test_card + 4, path, sizeof(path)), 0);
	EXPECT(strcmp(path, test_path) == 0);
	EXPECT_EQ(gnic_accel_find(strrchr(test_path, '/') + 1, path, sizeof(path)), 0);
	EXPECT(strcmp(path, test_path) == 0);
	EXPECT_EQ(gnic_accel_find(NULL, path, sizeof(path)), 0);
	EXPECT_EQ(gnic_accel_card(strrchr(test_path, '/') + 1, card, sizeof(card)), 0);
	EXPECT(strcmp(card, test_card) == 0);
	EXPECT_EQ(gnic_accel_find("0000:ff:1f.7", path, sizeof(path)), -ENODEV);
	EXPECT_EQ(gnic_accel_find(test_card, tiny, sizeof(tiny)), -ENAMETOOLONG);
	EXPECT_EQ(gnic_accel_card("../accel", card, sizeof(card)), -ENODEV);
	EXPECT_EQ(gnic_accel_card(strrchr(test_path, '/') + 1, tiny, sizeof(tiny)),
		  -ENAMETOOLONG);
	return true;
}

static bool opens(void)
{
	struct gnic_accel *none = acc;

	EXPECT_EQ(gnic_accel_open("/nowhere", &none), -ENOENT);
	EXPECT(!none);
	EXPECT_EQ(gnic_accel_open("/dev/null", &none), -ENOTTY);
	EXPECT(!none);
	gnic_accel_close(none);
	EXPECT(gnic_accel_fd(acc) >= 0);
	EXPECT(gnic_accel_info(acc)->submit_max > 0);
	return true;
}

static bool memory(void)
{
	struct gnic_accel_bo *bo, *none;

	EXPECT_EQ(gnic_accel_bo_create(acc, &bo, 5000, DRM_GNIC_BO_REMOTE_WRITE), 0);
	EXPECT(bo->size >= 5000);
	EXPECT_EQ(bo->flags, DRM_GNIC_BO_REMOTE_WRITE);
	EXPECT(bo->context == acc);
	none = bo;
	EXPECT_EQ(gnic_accel_bo_create(acc, &none, 0, 0), -EINVAL);
	EXPECT(!none);
	EXPECT_EQ(gnic_accel_bo_create(acc, &none, 4096, 1u << 31), -EINVAL);
	gnic_accel_bo_destroy(none);
	gnic_accel_bo_destroy(bo);
	return true;
}

static bool lists(void)
{
	struct drm_gnic_cmd list[5];
	struct gnic_accel_bo *a, *b;
	unsigned int i;

	test_bo(acc, &a, 4096, 0);
	test_bo(acc, &b, 4096, 0);
	list[0] = gnic_accel_fill(a, 0, a->size, 0x01010101);
	list[1] = gnic_accel_barrier();
	list[2] = gnic_accel_reduce(a, 0, b, 0, a->size,
				    DRM_GNIC_REDUCTION(DRM_GNIC_REDUCTION_UINT8,
						       DRM_GNIC_REDUCTION_ADD, 0));
	list[3] = gnic_accel_barrier();
	list[4] = gnic_accel_copy(b, 0, a, 0, 100);
	for (i = 1; i < 4; i++) {
		EXPECT_EQ(gnic_accel_run(acc, list, 5), 0);
		EXPECT(test_filled(b->map, 4096, i));
		EXPECT(test_filled(a->map, 100, i));
		EXPECT(test_filled(a->map + 100, 3996, 1));
	}
	EXPECT_EQ(gnic_accel_run(acc, list, 0), -EINVAL);
	EXPECT_EQ(gnic_accel_wait(-1, 0), -EBADF);
	EXPECT_EQ(gnic_accel_wait(gnic_accel_fd(acc), 0), -ETIME);
	gnic_accel_bo_destroy(a);
	gnic_accel_bo_destroy(b);
	return true;
}

static bool sync_objects(void)
{
	uint64_t point;
	uint32_t sync;

	EXPECT_EQ(gnic_accel_sync_create(acc, &sync), 0);
	EXPECT_EQ(gnic_accel_sync_file(acc, sync), -EINVAL);	/* no work behind it */
	EXPECT_EQ(gnic_accel_sync_point(acc, sync, &point), 0);
	EXPECT_EQ(point, 0);
	gnic_accel_sync_destroy(acc, sync);
	EXPECT_EQ(gnic_accel_sync_file(acc, sync), -ENOENT);
	EXPECT_EQ(gnic_accel_sync_point(acc, sync, &point), -ENOENT);
	return true;
}

static bool words(void)
{
	static const int errs[] = { -EFAULT, -EACCES, -EHOSTUNREACH, -ECONNABORTED, -ETIMEDOUT,
				    -ECANCELED, -ENODEV, -ETIME };
	unsigned int i, k;

	for (i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		EXPECT(strcmp(gnic_accel_strerror(errs[i]), strerror(-errs[i])) != 0);
		for (k = 0; k < i; k++)
			EXPECT(strcmp(gnic_accel_strerror(errs[i]),
				      gnic_accel_strerror(errs[k])) != 0);
	}
	EXPECT(strcmp(gnic_accel_strerror(-ENOENT), strerror(ENOENT)) == 0);
	return true;
}

static bool groups(void)
{
	struct drm_gnic_group_info info;

	EXPECT_EQ(gnic_accel_hold(acc, 32767), -ENOENT);
	EXPECT_EQ(gnic_accel_group_info(acc, -1, &info), -EBADF);
	EXPECT_EQ(gnic_accel_event(-ENOENT, NULL, 0), -EBADF);
	return true;
}

static const struct test tests[] = {
	{ "cards and device files", finds_cards },
	{ "open", opens },
	{ "memory", memory },
	{ "a list can be run again", lists },
	{ "sync objects", sync_objects },
	{ "errors have words", words },
	{ "groups", groups },
	{ 0 }
};

int main(void)
{
	test_find();
	test_open(&acc);
	return test_run(tests);
}
