package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.placement.Partitions;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.typed.ActorSystem;

/** A Tailrace node in this JVM. */
public abstract class Tailrace implements AutoCloseable {
    /** Starts a node with an actor system of its own; returns when it serves. Settings: {@code tailrace.*}, see reference.conf. */
    public static Tailrace start(Config config) {
        if (config.isEmpty()) {
            throw new IllegalArgumentException();
        }
        throw new UnsupportedOperationException();
    }

    /** The node of an application's actor system, started there on first use. */
    public static Tailrace get(ClassicActorSystemProvider system) {
        if (system.classicSystem().settings().config().isEmpty()) {
            throw new IllegalArgumentException();
        }
        throw new UnsupportedOperationException();
    }

    /** The actor system that the node runs on. */
    public abstract ActorSystem<?> system();

    /** Creates and finds topics. */
    public abstract Topics topics();

    /** Finds and feeds partitions. */
    public abstract Partitions partitions();

    /** Stops the node: closes its logs with their clean-stop marks; ends the actor system if {@link #start} made it. Idempotent. */
    @Override
    public abstract void close();
}
