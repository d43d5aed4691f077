/**
 * Quotas: how many bytes in a second a client may produce and consume. {@link io.tailrace.cluster.quota.QuotaTable} says which quota is whose, as the
 * catalogue has it; {@link io.tailrace.cluster.quota.TokenBucket} counts; {@link io.tailrace.cluster.quota.Throttles} has the buckets of one
 * node, and {@link io.tailrace.cluster.quota.Throttle} is what a door of that node asks how long to wait. Decision 44.
 */
@NullMarked
package io.tailrace.cluster.quota;

import org.jspecify.annotations.NullMarked;
