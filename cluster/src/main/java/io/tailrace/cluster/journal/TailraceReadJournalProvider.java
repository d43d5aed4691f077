package io.tailrace.cluster.journal;

import com.typesafe.config.Config;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.query.ReadJournalProvider;

/** Gives Pekko the read journal {@code tailrace.query}, for Java and for Scala. */
public final class TailraceReadJournalProvider implements ReadJournalProvider {
    private final EventQuery query;

    /** Called by Pekko with the plugin's settings. */
    public TailraceReadJournalProvider(ExtendedActorSystem system, Config config) {
        this.query = new EventQuery(system, config);
    }

    @Override
    public TailraceScalaReadJournal scaladslReadJournal() {
        return new TailraceScalaReadJournal(query);
    }

    @Override
    public TailraceReadJournal javadslReadJournal() {
        return new TailraceReadJournal(query);
    }
}
