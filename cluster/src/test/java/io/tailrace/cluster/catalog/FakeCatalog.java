package io.tailrace.cluster.catalog;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A catalogue that says what a test wants it to. */
public final class FakeCatalog {
    private final List<ActorRef<TopicCatalog.Update>> followers = new ArrayList<>();
    private Catalog catalog = Catalog.EMPTY;
    private long version;

    /** Its behaviour. */
    public Behavior<TopicCatalog.Command> behavior() {
        return Behaviors.receive(TopicCatalog.Command.class)
                .onMessage(TopicCatalog.Follow.class, follow -> {
                    synchronized (this) {
                        followers.add(follow.follower());
                        if (follow.knownVersion() != version) {
                            follow.follower().tell(new TopicCatalog.Everything(version, catalog));
                        }
                    }
                    return Behaviors.same();
                })
                .build();
    }

    /** From now on it has these topics. */
    public synchronized void set(Catalog now) {
        catalog = now;
        version++;
        followers.forEach(follower -> follower.tell(new TopicCatalog.Everything(version, now)));
    }

    /** One topic is deleted for good. */
    public synchronized void delete(Topic topic) {
        set(catalog.apply(new CatalogEvent.TopicDeleted(topic.id())));
    }
}
