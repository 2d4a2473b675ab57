"""Resolvers choose versions from the world: package indexes, image registries, data. One file each."""
