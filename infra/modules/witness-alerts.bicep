// What wakes somebody up at a witness.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'

param location string
param tags tagValues
param emails string[]
param workspaceId string

var rules = [
  {
    name: 'truecopy-witness-fork'
    description: 'A log signed two different trees of one size. Both notes are in the container evidence.'
    severity: 0
    metric: 'truecopy.witness.forks'
  }
  {
    name: 'truecopy-mirror-broken'
    description: 'A log broke a rule, and the mirror signs no more of it. The notes are in the container evidence.'
    severity: 0
    metric: 'truecopy.mirror.broken'
  }
  {
    name: 'truecopy-witness-set-back'
    description: 'A head was behind what was cosigned: storage was set back, or an instance ended half way. It was brought forward.'
    severity: 2
    metric: 'truecopy.witness.set_back'
  }
  {
    name: 'truecopy-witness-failures'
    description: 'The witness fails to answer. Logs whose policies need it wait.'
    severity: 2
    metric: 'truecopy.witness.failures'
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-truecopy-witness'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'witness'
    enabled: true
    emailReceivers: [for (email, i) in emails: { name: 'email-${i}', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: rule.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.name
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT15M'
      autoMitigate: false
      // A new workspace may not know its tables yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: 'AppMetrics | where Name == "${rule.metric}" | summarize Value = sum(Sum)'
            timeAggregation: 'Maximum'
            metricMeasureColumn: 'Value'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
