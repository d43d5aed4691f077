package io.tailrace.streams.runtime;

import io.tailrace.engine.error.TailraceException;
import io.tailrace.streams.state.StateStore;
import io.tailrace.streams.topology.DropReason;
import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.PunctuationType;
import io.tailrace.streams.topology.Punctuator;
import io.tailrace.streams.topology.RecordPosition;
import io.tailrace.streams.topology.StreamRecord;
import io.tailrace.streams.topology.TopologyNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A processor among those behind it. */
final class RunProcessor implements RunNode, ProcessorContext<Object, Object> {
    private final TopologyNode.ProcessorNode node;
    private final TopologyRun run;
    private final Processor<Object, Object, Object, Object> processor;
    private final RunNode[] children;

    @SuppressWarnings("unchecked") // The builder took them with matching types.
    RunProcessor(TopologyNode.ProcessorNode node, TopologyRun run, List<RunNode> children) {
        this.node = node;
        this.run = run;
        this.processor =
                (Processor<Object, Object, Object, Object>) node.supplier().get();
        this.children = children.toArray(new RunNode[0]);
    }

    @Override
    public String name() {
        return node.name();
    }

    void init() {
        try {
            processor.init(this);
        } catch (TailraceException e) {
            throw e;
        } catch (RuntimeException e) {
            throw run.errors().failed(name(), e);
        }
    }

    void close() {
        processor.close();
    }

    @Override
    public void process(StreamRecord<Object, Object> record) {
        try {
            processor.process(record);
        } catch (RuntimeException e) {
            run.errors().processing(name(), record, record.timestamp(), e);
        }
    }

    @Override
    public void forward(StreamRecord<Object, Object> record) {
        for (RunNode child : children) {
            child.process(record);
        }
    }

    @Override
    public void forward(StreamRecord<Object, Object> record, String child) {
        for (RunNode each : children) {
            if (each.name().equals(child)) {
                each.process(record);
                return;
            }
        }
        throw new IllegalArgumentException("There is no node " + child + " behind " + name() + ".");
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // As the topology has it.
    public <S extends StateStore> S store(String name) {
        if (!node.stores().contains(name)) {
            throw new IllegalArgumentException(
                    "Processor " + name() + " is not connected to a store " + name + ": connect it when it is added.");
        }
        return (S) run.store(name);
    }

    @Override
    public void drop(StreamRecord<?, ?> record, DropReason reason) {
        run.drop(reason);
    }

    @Override
    public Optional<RecordPosition> position() {
        return run.position();
    }

    @Override
    public long streamTime() {
        return run.streamTime();
    }

    @Override
    public long wallClockTime() {
        return run.wallClockTime();
    }

    @Override
    public Cancellable schedule(Duration interval, PunctuationType type, Punctuator punctuator) {
        return run.punctuations(type).schedule(interval, timestamp -> {
            try {
                punctuator.punctuate(timestamp);
            } catch (RuntimeException e) {
                run.errors().processing(name(), null, timestamp, e);
            }
        });
    }
}
