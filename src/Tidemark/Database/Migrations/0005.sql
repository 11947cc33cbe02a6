-- Until when all outcomes of a node's slots are in the tables: what it notes later may be on its way. Null: the node ended
-- with nothing left, or is of the release before.
alter table journal add column known_at {time};
