// The names that the code uses too (functions/AzureStorage/StorageNames.cs); a test compares them.

metadata version = '0.1.0'

@export()
var deadLettersContainer = 'dead-letters'

@export()
var ledgerContainers = ['log', 'journal', 'state', 'staging', deadLettersContainer]

@export()
var journalContainer = 'journal'

@export()
@description('Queues to which Event Grid delivers: all are there and listened to, and a deployment uses the first of them, or more.')
var blobEventQueues = map(range(0, 8), number => number == 0 ? 'blob-events' : 'blob-events-${number}')

type eventFilter = { operatorType: 'StringEndsWith' | 'StringNotEndsWith', key: string, values: string[] }

var digits = map(range(0, 16), digit => substring('0123456789abcdef', digit, 1))

@export()
@description('What the subscription of one of so many queues is filtered by (functions/Ledger/Intake/BlobEventQueues.cs): the digit with which the ETag of a blob version ends, so that every event is in one queue, and in one only.')
func sharedBy(queue int, queues int) eventFilter[] =>
  queues == 1
    ? []
    : [
        {
          operatorType: queue < queues - 1 ? 'StringEndsWith' : 'StringNotEndsWith'
          key: 'data.eTag'
          values: queue < queues - 1
            ? take(skip(digits, queue * 16 / queues), 16 / queues)
            : take(digits, queue * 16 / queues)
        }
      ]

var handledQueues = concat(blobEventQueues, ['staged-acts', 'staged-bulk', 'answers'])

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
