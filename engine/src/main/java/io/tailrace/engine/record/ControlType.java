package io.tailrace.engine.record;

/** What a control batch says, by the number in the key of its record. */
public enum ControlType {
    /** A transaction has been aborted. */
    ABORT(0),
    /** A transaction has been committed. */
    COMMIT(1),
    /** A new leader's epoch begins: the barrier. */
    LEADER_CHANGE(2),
    /** The log begins later from now on; a kind of our own, outside of the numbers that Kafka gives out. */
    LOG_START(1000),
    /** Other voters decide about the log from now on; a kind of our own as well. */
    VOTERS(1001),
    /** A kind that this version does not know; it is stepped over. */
    UNKNOWN(-1);

    private final int id;

    ControlType(int id) {
        this.id = id;
    }

    /** The number in the record's key; -1 for {@link #UNKNOWN}. */
    public int id() {
        return id;
    }

    static ControlType ofId(int id) {
        for (ControlType type : values()) {
            if (type.id == id) {
                return type;
            }
        }
        return UNKNOWN;
    }
}
