/**
 * The replicated log of many voters, as a pure state machine: who may lead, what is committed, and how logs that part come
 * together again (log-safety rules 1 to 9 and 21). {@link io.tailrace.engine.replication.quorum.QuorumReplica} takes an
 * {@link io.tailrace.engine.replication.quorum.Input} and answers with {@link io.tailrace.engine.replication.quorum.Output}s;
 * it has no thread, no clock, no disk and no network, so the simulation drives exactly what is to run in production. The
 * transition table above {@code QuorumReplica} is the place to begin; {@code docs/replication.md} explains the protocol to who
 * knows Raft.
 *
 * <p>Production runs it through {@link io.tailrace.engine.replication.Replica}. Uses the JDK only.
 */
@NullMarked
package io.tailrace.engine.replication.quorum;

import org.jspecify.annotations.NullMarked;
