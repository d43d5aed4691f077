package io.tailrace.cluster.group;

import org.apache.pekko.actor.typed.ActorRef;

/**
 * Asks a {@link PagedReply} for one page.
 *
 * @param number from 0
 */
record PageRequest(int number, ActorRef<GroupReply> replyTo) implements PagedReply.Command {}
