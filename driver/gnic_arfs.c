// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accelerated RFS. The stack asks in softirq, where a rule is only noted; a
 * work item tells the device, looks for rules that have done their duty, and is
 * the only one who frees them. What it can't get a rule for is not asked of the
 * device again before the next look.
 */
#ifdef CONFIG_RFS_ACCEL
#include <linux/hashtable.h>
#include <linux/slab.h>

#include "gnic_arfs.h"
#include "gnic_arfs_map.h"
#include "gnic_arfs_rule.h"
#include "gnic_nic.h"
#include "gnic_ntuple.h"

#define GNIC_ARFS_HASH_BITS	8
#define GNIC_ARFS_RULES_MAX	1024	/* of a netdev; the card has a limit too */
#define GNIC_ARFS_LOOK		HZ	/* how often rules may expire */

/**
 * struct gnic_arfs - of a netdev
 * @nic: whose
 * @lock: rules are looked for and changed, from softirq and by the work
 * @rules: by hash of the key
 * @by_id: by name; who holds @serial may look without @lock
 * @next_id: where a free name is looked for first
 * @count: rules
 * @rings: queues that may be asked for
 * @serial: who frees rules and talks to the device; taken before @lock
 * @map: which queue is nearest to a processor, under @serial
 * @work: tells the device
 * @look_work: looks for rules that may go
 * @stats: under @lock
 */
struct gnic_arfs {
	struct gnic_nic *nic;
	spinlock_t lock;	/* rules, @rings, @stats */
	DECLARE_HASHTABLE(rules, GNIC_ARFS_HASH_BITS);
	struct gnic_arfs_rule *by_id[GNIC_ARFS_RULES_MAX];
	unsigned int next_id;
	unsigned int count;
	unsigned int rings;
	struct mutex serial;	/* the device's rules, and the life of ours */
	struct gnic_arfs_map *map;
	struct work_struct work;
	struct delayed_work look_work;
	struct gnic_arfs_stats stats;
};

/* ---- what the stack asks for ---- */

static struct gnic_arfs_rule *gnic_arfs_find(struct gnic_arfs *arfs,
					     const struct gnic_arfs_key *key, u32 hash)
{
	struct gnic_arfs_rule *rule;

	hash_for_each_possible(arfs->rules, rule, node, hash)
		if (!memcmp(&rule->key, key, sizeof(*key)))
			return rule;
	return NULL;
}

static struct gnic_arfs_rule *gnic_arfs_new(struct gnic_arfs *arfs,
					    const struct gnic_arfs_key *key, u32 hash)
{
	struct gnic_arfs_rule *rule;

	if (arfs->count == GNIC_ARFS_RULES_MAX)
		return NULL;
	rule = kzalloc(sizeof(*rule), GFP_ATOMIC);
	if (!rule)
		return NULL;
	while (arfs->by_id[arfs->next_id])
		arfs->next_id = (arfs->next_id + 1) % GNIC_ARFS_RULES_MAX;
	rule->key = *key;
	rule->id = arfs->next_id;
	/* A whole rule before its place: pairs with gnic_arfs_each(). */
	smp_store_release(&arfs->by_id[rule->id], rule);
	hash_add(arfs->rules, &rule->node, hash);
	arfs->count++;
	return rule;
}

/* Under the lock. Returns the name of the rule, or an error and there is none. */
static int gnic_arfs_want(struct gnic_arfs *arfs, const struct gnic_arfs_key *key, u16 ring,
			  u32 flow_id)
{
	u32 hash = gnic_arfs_hash(key);
	struct gnic_arfs_rule *rule;

	if (ring >= arfs->rings)
		return -EINVAL;
	rule = gnic_arfs_find(arfs, key, hash);
	if (rule && rule->refused)
		return -ENOSPC;
	if (rule && rule->ring == ring)
		return rule->id;
	if (!rule)
		rule = gnic_arfs_new(arfs, key, hash);
	if (!rule) {
		arfs->stats.refused++;
		return -ENOSPC;
	}
	rule->ring = ring;
	rule->flow_id = flow_id;
	rule->wanted = true;
	rule->young = true;
	schedule_work(&arfs->work);
	return rule->id;
}

int gnic_arfs_steer(struct net_device *netdev, const struct sk_buff *skb, u16 ring, u32 flow_id)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_arfs_key key;
	int id;

	if (!gnic_arfs_dissect(skb, &key))
		return -EPROTONOSUPPORT;
	spin_lock_bh(&nic->arfs->lock);
	id = gnic_arfs_want(nic->arfs, &key, ring, flow_id);
	spin_unlock_bh(&nic->arfs->lock);
	return id;
}

/* ---- what the device is told; @serial is held ---- */

static void gnic_arfs_drop(struct gnic_arfs *arfs, struct gnic_arfs_rule *rule)
{
	spin_lock_bh(&arfs->lock);
	hash_del(&rule->node);
	WRITE_ONCE(arfs->by_id[rule->id], NULL);
	arfs->count--;
	spin_unlock_bh(&arfs->lock);
	if (rule->live)
		gnic_flow_del(arfs->nic->dev, &rule->flows[rule->now]);
	kfree(rule);
}

/* The new rule first, in the place of the old one. */
static void gnic_arfs_tell(struct gnic_arfs *arfs, struct gnic_arfs_rule *rule, u16 ring)
{
	struct gnic_dev *dev = arfs->nic->dev;
	struct gnic_flow *next = &rule->flows[!rule->now];
	int err;

	gnic_arfs_fill(arfs->nic, &rule->key, ring, next);
	err = gnic_flow_commit(dev, next, NULL);
	if (!err && rule->live)
		gnic_flow_del(dev, &rule->flows[rule->now]);
	spin_lock_bh(&arfs->lock);
	if (err) {
		rule->refused = true;
		arfs->stats.refused++;
	} else {
		arfs->stats.added++;
		arfs->stats.moved += rule->live;
		rule->now = !rule->now;
		rule->told = ring;
		rule->live = true;
	}
	spin_unlock_bh(&arfs->lock);
}

/* Takes the wish; false: there is none. */
static bool gnic_arfs_wish(struct gnic_arfs *arfs, struct gnic_arfs_rule *rule, u16 *ring)
{
	bool wanted;

	spin_lock_bh(&arfs->lock);
	wanted = rule->wanted && rule->ring < arfs->rings;
	*ring = rule->ring;
	rule->wanted = false;
	spin_unlock_bh(&arfs->lock);
	return wanted;
}

typedef void (*gnic_arfs_fn)(struct gnic_arfs *arfs, struct gnic_arfs_rule *rule);

/* Each rule; who is called may free it, and others may come meanwhile. */
static void gnic_arfs_each(struct gnic_arfs *arfs, gnic_arfs_fn fn)
{
	struct gnic_arfs_rule *rule;
	unsigned int id;

	for (id = 0; id < GNIC_ARFS_RULES_MAX; id++) {
		/* A whole rule: pairs with gnic_arfs_new(). */
		rule = smp_load_acquire(&arfs->by_id[id]);
		if (rule)
			fn(arfs, rule);
	}
}

static void gnic_arfs_serve(struct gnic_arfs *arfs, struct gnic_arfs_rule *rule)
{
	u16 ring;

	if (gnic_arfs_wish(arfs, rule, &ring))
		gnic_arfs_tell(arfs, rule, ring);
}

static void gnic_arfs_work(struct work_struct *work)
{
	struct gnic_arfs *arfs = container_of(work, struct gnic_arfs, work);

	mutex_lock(&arfs->serial);
	gnic_arfs_each(arfs, gnic_arfs_serve);
	mutex_unlock(&arfs->serial);
	schedule_delayed_work(&arfs->look_work, GNIC_ARFS_LOOK);
}

/* ---- the end of rules ---- */

/*
 * A wish that was refused may be repeated once it is forgotten. The stack notes
 * the name of a rule after it has asked; if it went before, it would never be
 * asked for again.
 */
static void gnic_arfs_look(struct gnic_arfs *arfs, struct gnic_arfs_rule *rule)
{
	struct net_device *netdev = arfs->nic->netdev;
	bool young;
	u32 flow_id;
	u16 ring;

	spin_lock_bh(&arfs->lock);
	flow_id = rule->flow_id;
	ring = rule->ring;
	young = rule->young;
	rule->young = false;
	spin_unlock_bh(&arfs->lock);
	if (!rule->refused && netdev->features & NETIF_F_NTUPLE &&
	    (young || !rps_may_expire_flow(netdev, ring, flow_id, rule->id)))
		return;
	spin_lock_bh(&arfs->lock);
	arfs->stats.expired += rule->live;
	spin_unlock_bh(&arfs->lock);
	gnic_arfs_drop(arfs, rule);
}

static void gnic_arfs_look_work(struct work_struct *work)
{
	struct gnic_arfs *arfs = container_of(work, struct gnic_arfs, look_work.work);

	mutex_lock(&arfs->serial);
	gnic_arfs_each(arfs, gnic_arfs_look);
	mutex_unlock(&arfs->serial);
	if (READ_ONCE(arfs->count))
		schedule_delayed_work(&arfs->look_work, GNIC_ARFS_LOOK);
}

/* Of a queue that goes: wished for, or in the device. */
static void gnic_arfs_end(struct gnic_arfs *arfs, struct gnic_arfs_rule *rule)
{
	u16 ring;

	spin_lock_bh(&arfs->lock);
	ring = rule->ring;
	spin_unlock_bh(&arfs->lock);
	if (ring >= arfs->rings || (rule->live && rule->told >= arfs->rings))
		gnic_arfs_drop(arfs, rule);
}

/**
 * gnic_arfs_limit - queues are going to end
 * @nic: netdev
 * @count: those below it stay
 *
 * No rule names one of the others when this returns.
 */
void gnic_arfs_limit(struct gnic_nic *nic, unsigned int count)
{
	struct gnic_arfs *arfs = nic->arfs;

	if (!arfs)
		return;
	mutex_lock(&arfs->serial);
	spin_lock_bh(&arfs->lock);
	arfs->rings = min(arfs->rings, count);
	spin_unlock_bh(&arfs->lock);
	gnic_arfs_each(arfs, gnic_arfs_end);
	mutex_unlock(&arfs->serial);
}

/* All rules: the stack asks for them again if it may. */
void gnic_arfs_flush(struct gnic_nic *nic)
{
	if (!nic->arfs)
		return;
	mutex_lock(&nic->arfs->serial);
	gnic_arfs_each(nic->arfs, gnic_arfs_drop);
	mutex_unlock(&nic->arfs->serial);
}

/* ---- life ---- */

/**
 * gnic_arfs_start - queues run
 * @nic: netdev
 * @count: how many
 *
 * Without memory for the map of processors flows go where RSS sends them.
 */
void gnic_arfs_start(struct gnic_nic *nic, unsigned int count)
{
	struct gnic_arfs *arfs = nic->arfs;

	if (!arfs)
		return;
	mutex_lock(&arfs->serial);
	gnic_arfs_map_build(nic, &arfs->map, count);
	mutex_unlock(&arfs->serial);
	spin_lock_bh(&arfs->lock);
	arfs->rings = count;
	spin_unlock_bh(&arfs->lock);
}

/* Now and then: vectors may have gone to other processors. Sleeps. */
void gnic_arfs_watch(struct gnic_nic *nic)
{
	if (!nic->arfs)
		return;
	mutex_lock(&nic->arfs->serial);
	gnic_arfs_map_update(nic, nic->arfs->map);
	mutex_unlock(&nic->arfs->serial);
}

void gnic_arfs_stats(struct gnic_nic *nic, struct gnic_arfs_stats *stats)
{
	*stats = (struct gnic_arfs_stats){};
	if (!nic->arfs)
		return;
	spin_lock_bh(&nic->arfs->lock);
	*stats = nic->arfs->stats;
	spin_unlock_bh(&nic->arfs->lock);
}

/**
 * gnic_arfs_init - for a netdev whose device has rules for queues
 * @nic: netdev, not registered yet
 */
int gnic_arfs_init(struct gnic_nic *nic)
{
	struct gnic_arfs *arfs;

	if (nic->profile != &gnic_uplink_profile || !gnic_ntuple_supported(nic))
		return 0;
	arfs = kvzalloc(sizeof(*arfs), GFP_KERNEL);
	if (!arfs)
		return -ENOMEM;
	arfs->nic = nic;
	spin_lock_init(&arfs->lock);
	mutex_init(&arfs->serial);
	INIT_WORK(&arfs->work, gnic_arfs_work);
	INIT_DELAYED_WORK(&arfs->look_work, gnic_arfs_look_work);
	nic->arfs = arfs;
	return 0;
}

/* The netdev is unregistered: nobody asks any more. */
void gnic_arfs_exit(struct gnic_nic *nic)
{
	struct gnic_arfs *arfs = nic->arfs;

	if (!arfs)
		return;
	cancel_work_sync(&arfs->work);
	cancel_delayed_work_sync(&arfs->look_work);
	gnic_arfs_flush(nic);
	gnic_arfs_map_build(nic, &arfs->map, 0);
	nic->arfs = NULL;
	mutex_destroy(&arfs->serial);
	kvfree(arfs);
}
#endif /* CONFIG_RFS_ACCEL */
