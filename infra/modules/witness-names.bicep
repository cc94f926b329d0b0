// The names that the witness's code uses too (functions/Witness/WitnessOptions.cs); a test compares them.

metadata version = '0.1.0'

@export()
var witnessContainers = ['heads', 'steps', 'evidence', 'mirror']

@export()
@description('What is written once: which checkpoint was cosigned after which, and what proves that a log broke its rules.')
var writeOnceContainers = ['steps', 'evidence']

@export()
var witnessSeeds = ['witness-ed25519-seed', 'witness-mldsa44-seed', 'mirror-ed25519-seed', 'mirror-mldsa44-seed']
