package io.tailrace.streams.state;

/** What a store is called and how a task makes it: part of a topology, so the same for all of its tasks. See {@link Stores}. */
public interface StoreBuilder<S extends StateStore> {
    /** The store's name, unique in the topology. */
    String name();

    /** The store of one task. */
    S build(StoreHost host);
}
