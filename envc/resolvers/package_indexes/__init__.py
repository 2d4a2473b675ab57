"""Package indexes, asked for all resolvers: what each name has on its one index, and what of that the target takes.

    Request + Settings
      | opening         the indexes of a request, with the logins of this machine  effect
    Indexes
      | index           which index a name belongs to, its pages and metadata      effect
      |   session       how it is asked: over open connections, else as pip does   effect
      |   page          a page of an index, read                                   pure
      |   selection     what of it the target takes                                pure
      |   kept_pages    or what was kept of the same page                          effect
      |   metadata      what a wheel asks for                                      effect, at the end pure
      | ahead           what will be asked for, probably, read before that         effect

A name belongs to one index, so there is no second index to be confused with. Of each version there is one wheel, the
one that pip would take on the target. What resolvers are told of indexes, they are told from here: they reach no index
by themselves and see no address and no password.
"""

#: The folder of the cache with what is kept of indexes.
FOLDER = "package-indexes"
