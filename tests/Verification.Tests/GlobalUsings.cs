global using TrueCopy.Testing.InMemory;
