package io.tailrace.cluster.group;

/**
 * Whose a partition is.
 *
 * @param topic the name of its topic
 * @param memberId the member's
 * @param generation of the group in which it was dealt to the member: commits have to carry it
 */
record Owner(String topic, String memberId, int generation) {
    boolean is(String member, int inGeneration) {
        return memberId.equals(member) && generation == inGeneration;
    }
}
