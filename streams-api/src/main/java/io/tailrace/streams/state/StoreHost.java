package io.tailrace.streams.state;

/** Where the stores of a task have their bytes. */
public interface StoreHost {
    /** The bytes of the store of that name, the same at each call. */
    BytesStore bytes(String store);
}
