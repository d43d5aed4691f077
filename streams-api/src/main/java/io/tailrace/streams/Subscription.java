package io.tailrace.streams;

/** Which partitions a consumer reads. Made by {@link Subscriptions}. */
public sealed interface Subscription permits ManualSubscription, AutoSubscription {}
