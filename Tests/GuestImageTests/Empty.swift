// Filled by the merge of the room.
