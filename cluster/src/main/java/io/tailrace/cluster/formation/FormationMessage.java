package io.tailrace.cluster.formation;

/** What nodes say to each other about being members: before they are in one cluster, and before they leave it; and what they are able to do. Only {@link FormationFormat} writes and reads it. */
sealed interface FormationMessage {

    /** "This is me; who are you?" Asked again each round. */
    record Hello(long round, Status status) implements FormationMessage {}

    /** The answer, with the round of the question: it counts only while that round is recent. */
    record Here(long round, Status status) implements FormationMessage {}

    /**
     * "I am about to leave": a member says it for as long as others have to take over what it does.
     *
     * @param uid of its actor system, so that its next life is not meant
     */
    record Departing(long uid) implements FormationMessage {}

    /**
     * "I have no room for what leaders write", said every second while it is so; "I have again", said for a while after that.
     *
     * @param uid of its actor system
     * @param left whether there is room
     */
    record Room(long uid, boolean left) implements FormationMessage {}

    /** Something of a version that this program does not know. It counts as no answer. */
    record Incomprehensible(String manifest) implements FormationMessage {}
}
