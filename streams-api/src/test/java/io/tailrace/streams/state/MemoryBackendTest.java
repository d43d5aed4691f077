package io.tailrace.streams.state;

class MemoryBackendTest extends StateBackendContract {
    @Override
    protected StateBackend open() {
        return new MemoryBackend();
    }

    @Override
    protected boolean outlivesClosing() {
        return false;
    }
}
