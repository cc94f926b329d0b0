// The names that the code uses too (functions/AzureStorage/StorageNames.cs); a test compares them.

metadata version = '0.1.0'

@export()
var deadLettersContainer = 'dead-letters'

@export()
var ledgerContainers = ['log', 'journal', 'state', 'staging', deadLettersContainer]

@export()
var journalContainer = 'journal'

@export()
var blobEventsQueue = 'blob-events'

var handledQueues = [blobEventsQueue, 'staged-acts', 'staged-bulk', 'answers']

@export()
@description('Every queue, and beside it the one to which the Functions host moves what failed for good.')
var ledgerQueues = flatten(map(handledQueues, name => [name, '${name}-poison']))

@export()
var ledgerTables = ['anchors', 'issued', 'references', 'revocations', 'issuers', 'handovers', 'receivers']

@export()
var deploymentsContainer = 'deployments'

@export()
func issuerContainer(id string) string => 'issuer-${id}'

@export()
func answersContainer(id string) string => 'answers-${id}'

@export()
func receiverContainer(id string) string => 'receiver-${id}'

@export()
var signingKey = 'log-signing'

@export()
var ed25519Seed = 'log-ed25519-seed'
