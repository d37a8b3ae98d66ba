// SPDX-License-Identifier: GPL-2.0-only
/* The steering table; see flow_table.h. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "flow_table.h"

#define FLOW_BUCKETS_MIN	16u

_Static_assert(sizeof(union flow_key) == sizeof(struct gnic_hw_flow_key), "a key is its words");

/**
 * struct flow_group - rules of the same mask
 * @mask: of their keys
 * @words: which words of the mask are not zero
 * @nwords: how many
 * @priority: no rule has a lower one
 * @count: rules; a group without any does not exist
 * @bucket_mask: buckets - 1
 * @buckets: chains
 */
struct flow_group {
	union flow_key mask;
	uint8_t words[FLOW_WORDS];
	unsigned int nwords;
	uint32_t priority;
	uint32_t count;
	uint32_t bucket_mask;
	struct flow_rule **buckets;
};

struct flow_table {
	struct flow_group *groups[GNIC_FLOW_MASKS_MAX];	/* in the order that they came */
	unsigned int ngroups;
	uint32_t count;
	uint32_t next_id;	/* where the search for a free one begins: reused late */
	struct flow_rule *rules[GNIC_FLOWS_MAX];
};

struct flow_table *flow_create(void)
{
	return calloc(1, sizeof(struct flow_table));
}

void flow_destroy(struct flow_table *table)
{
	if (table)
		flow_flush(table);
	free(table);
}

uint32_t flow_count(const struct flow_table *table)
{
	return table->count;
}

struct flow_rule *flow_get(struct flow_table *table, uint32_t id)
{
	return id < GNIC_FLOWS_MAX ? table->rules[id] : NULL;
}

/* ---- groups ---- */

static struct flow_group *group_find(struct flow_table *table, const union flow_key *mask)
{
	for (unsigned int i = 0; i < table->ngroups; i++)
		if (!memcmp(&table->groups[i]->mask, mask, sizeof(*mask)))
			return table->groups[i];
	return NULL;
}

static struct flow_group *group_alloc(const union flow_key *mask)
{
	struct flow_group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->mask = *mask;
	group->priority = UINT32_MAX;
	group->bucket_mask = FLOW_BUCKETS_MIN - 1;
	group->buckets = calloc(FLOW_BUCKETS_MIN, sizeof(*group->buckets));
	if (!group->buckets) {
		free(group);
		return NULL;
	}
	for (uint8_t i = 0; i < FLOW_WORDS; i++)
		if (mask->word[i])
			group->words[group->nwords++] = i;
	return group;
}

static struct flow_group *group_add(struct flow_table *table, const union flow_key *mask)
{
	struct flow_group *group;

	if (table->ngroups == GNIC_FLOW_MASKS_MAX)
		return NULL;
	group = group_alloc(mask);
	if (group)
		table->groups[table->ngroups++] = group;
	return group;
}

static void group_free(struct flow_group *group)
{
	free(group->buckets);
	free(group);
}

static void group_del(struct flow_table *table, struct flow_group *group)
{
	unsigned int i = 0;

	while (table->groups[i] != group)
		i++;
	table->ngroups--;
	memmove(&table->groups[i], &table->groups[i + 1],
		(table->ngroups - i) * sizeof(table->groups[0]));
	group_free(group);
}

static uint64_t group_hash(const struct flow_group *group, const union flow_key *key)
{
	uint64_t hash = 0;

	for (unsigned int i = 0; i < group->nwords; i++) {
		unsigned int w = group->words[i];

		hash = (hash ^ (key->word[w] & group->mask.word[w])) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 32;
	}
	return hash;
}

static bool group_equal(const struct flow_group *group, const union flow_key *a,
			const union flow_key *b)
{
	uint64_t diff = 0;

	for (unsigned int i = 0; i < group->nwords; i++) {
		unsigned int w = group->words[i];

		diff |= (a->word[w] ^ b->word[w]) & group->mask.word[w];
	}
	return !diff;
}

static const struct flow_ranges flow_all_ports = { 0, UINT16_MAX, 0, UINT16_MAX };

static bool flow_in_ranges(const struct flow_ranges *r, const union flow_key *key)
{
	uint16_t src = ntohs(key->hw.l4_src), dst = ntohs(key->hw.l4_dst);

	return src >= r->src_min && src <= r->src_max && dst >= r->dst_min && dst <= r->dst_max;
}

/* Of the rules that match, the one with the lowest priority number. */
static struct flow_rule *group_lookup(const struct flow_group *group, const union flow_key *key)
{
	uint64_t hash = group_hash(group, key);
	struct flow_rule *rule, *best = NULL;

	for (rule = group->buckets[hash & group->bucket_mask]; rule; rule = rule->next)
		if (rule->hash == hash && group_equal(group, &rule->key, key) &&
		    flow_in_ranges(&rule->ranges, key) &&
		    (!best || rule->priority < best->priority))
			best = rule;
	return best;
}

static bool rule_same(const struct flow_rule *a, const struct flow_rule *b)
{
	return a->hash == b->hash && a->priority == b->priority &&
	       group_equal(a->group, &a->key, &b->key) &&
	       !memcmp(&a->ranges, &b->ranges, sizeof(a->ranges));
}

static void group_insert(struct flow_group *group, struct flow_rule *rule)
{
	struct flow_rule **head = &group->buckets[rule->hash & group->bucket_mask];

	rule->next = *head;
	*head = rule;
}

/* The newest of its kind is the one that is found. */
static void group_put(struct flow_group *group, struct flow_rule *rule)
{
	struct flow_rule **link = &group->buckets[rule->hash & group->bucket_mask];

	while (*link && !rule_same(*link, rule))
		link = &(*link)->next;
	if (!*link) {
		group_insert(group, rule);
		return;
	}
	rule->older = *link;
	rule->next = rule->older->next;
	rule->older->newer = rule;
	*link = rule;
}

/* What it had taken the place of counts again. */
static void group_take(struct flow_group *group, struct flow_rule *rule)
{
	struct flow_rule **link = &group->buckets[rule->hash & group->bucket_mask];

	if (rule->older)
		rule->older->newer = rule->newer;
	if (rule->newer) {
		rule->newer->older = rule->older;
		return;
	}
	while (*link != rule)
		link = &(*link)->next;
	*link = rule->next;
	if (rule->older) {
		rule->older->next = rule->next;
		*link = rule->older;
	}
}

/* At most one rule a bucket on average. No memory: the chains get longer. */
static void group_grow(struct flow_group *group)
{
	struct flow_rule **old = group->buckets, *rule, *next;
	uint32_t size = group->bucket_mask + 1;
	struct flow_rule **buckets;

	if (group->count < size)
		return;
	buckets = calloc(size * 2, sizeof(*buckets));
	if (!buckets)
		return;
	group->buckets = buckets;
	group->bucket_mask = size * 2 - 1;
	for (uint32_t i = 0; i < size; i++)
		for (rule = old[i]; rule; rule = next) {
			next = rule->next;
			group_insert(group, rule);
		}
	free(old);
}

/* ---- rules ---- */

static void rule_free(struct flow_rule *rule)
{
	free(rule->rewrite);
	free(rule);
}

static uint32_t flow_free_id(struct flow_table *table)
{
	while (table->rules[table->next_id % GNIC_FLOWS_MAX])
		table->next_id++;
	return table->next_id++ % GNIC_FLOWS_MAX;
}

static bool flow_key_masked(const union flow_key *key, const union flow_key *mask)
{
	for (unsigned int i = 0; i < FLOW_WORDS; i++)
		if (key->word[i] & ~mask->word[i])
			return false;
	return true;
}

static enum gnic_hw_status flow_insert(struct flow_table *table, const union flow_key *key,
				       const struct flow_ranges *ranges, uint32_t priority,
				       struct flow_group *group, struct flow_rule **out)
{
	struct flow_rule *rule = calloc(1, sizeof(*rule));

	if (!rule)
		return GNIC_STATUS_NO_RESOURCE;
	rule->group = group;
	rule->key = *key;
	rule->ranges = *ranges;
	rule->priority = priority;
	rule->hash = group_hash(group, key);
	rule->id = flow_free_id(table);
	table->rules[rule->id] = rule;
	table->count++;
	group_grow(group);
	group_put(group, rule);
	group->count++;
	if (priority < group->priority)
		group->priority = priority;
	*out = rule;
	return GNIC_STATUS_OK;
}

enum gnic_hw_status flow_add(struct flow_table *table, const struct gnic_hw_flow_key *hw_key,
			     const struct gnic_hw_flow_key *hw_mask,
			     const struct flow_ranges *ranges, uint32_t priority,
			     struct flow_rule **rule)
{
	union flow_key key, mask;
	enum gnic_hw_status status;
	struct flow_group *group;

	if (!ranges)
		ranges = &flow_all_ports;
	memcpy(&key, hw_key, sizeof(key));
	memcpy(&mask, hw_mask, sizeof(mask));
	if (!flow_key_masked(&key, &mask))
		return GNIC_STATUS_BAD_PARAM;
	if (table->count == GNIC_FLOWS_MAX)
		return GNIC_STATUS_NO_RESOURCE;
	group = group_find(table, &mask);
	if (!group)
		group = group_add(table, &mask);
	if (!group)
		return GNIC_STATUS_NO_RESOURCE;
	status = flow_insert(table, &key, ranges, priority, group, rule);
	if (!group->count)
		group_del(table, group);
	return status;
}

void flow_del(struct flow_table *table, struct flow_rule *rule)
{
	struct flow_group *group = rule->group;

	group_take(group, rule);
	table->rules[rule->id] = NULL;
	table->count--;
	if (!--group->count)
		group_del(table, group);
	rule_free(rule);
}

/* At once: to take one after the other out of long chains takes long. */
void flow_flush(struct flow_table *table)
{
	for (uint32_t id = 0; id < GNIC_FLOWS_MAX && table->count; id++) {
		if (!table->rules[id])
			continue;
		rule_free(table->rules[id]);
		table->rules[id] = NULL;
		table->count--;
	}
	while (table->ngroups)
		group_free(table->groups[--table->ngroups]);
}

struct flow_rule *flow_lookup(const struct flow_table *table, const union flow_key *key)
{
	struct flow_rule *rule, *best = NULL;

	for (unsigned int i = 0; i < table->ngroups; i++) {
		if (best && best->priority <= table->groups[i]->priority)
			continue;
		rule = group_lookup(table->groups[i], key);
		if (rule && (!best || rule->priority < best->priority))
			best = rule;
	}
	return best;
}
